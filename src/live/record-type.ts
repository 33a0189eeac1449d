import { registerEnumType } from "type-graphql";
import type { Kind } from "../graph/id.js";

// Clients see the keys; the values are the kinds that ids begin with.
export enum RecordType {
  PROJECT = "project",
  MODEL = "model",
  BUILD = "build",
  BUILD_VERSION = "bvers",
  DATASET = "dataset",
  TRAINING = "train",
  MODEL_VERSION = "movers",
  DEPLOYMENT = "depl",
  DEPLOYMENT_REVISION = "revision",
  TREASURE_CHEST = "tchest",
}
registerEnumType(RecordType, {
  name: "RecordType",
  description: "The types of records.",
  valuesConfig: {
    PROJECT: { description: "A Project." },
    MODEL: { description: "A Model." },
    BUILD: { description: "A Build." },
    BUILD_VERSION: { description: "A BuildVersion." },
    DATASET: { description: "A Dataset." },
    TRAINING: { description: "A Training." },
    MODEL_VERSION: { description: "A ModelVersion." },
    DEPLOYMENT: { description: "A Deployment." },
    DEPLOYMENT_REVISION: { description: "A DeploymentRevision." },
    TREASURE_CHEST: { description: "A TreasureChest." },
  },
});

export const recordTypeOf = (kind: Kind): RecordType => kind satisfies `${RecordType}` as RecordType;
