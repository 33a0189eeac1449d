import { BUILD_VERSION } from "./builds/build-version.kind.js";
import { BUILD } from "./builds/build.kind.js";
import { DATASET } from "./dataset/dataset.kind.js";
import { DEPLOYMENT_REVISION } from "./deployment/deployment-revision.kind.js";
import { DEPLOYMENT } from "./deployment/deployment.kind.js";
import type { Kind } from "./graph/id.js";
import type { RecordKinds } from "./kinds/record-kind.js";
import { MODEL_VERSION } from "./model-version/model-version.kind.js";
import { MODEL } from "./model/model.kind.js";
import { PROJECT } from "./project/project.kind.js";
import { TRAINING } from "./training/training.kind.js";
import { TREASURE_CHEST } from "./treasure-chest/treasure-chest.kind.js";

/** The card of each kind of records. */
export const RECORD_KINDS = {
  project: PROJECT,
  model: MODEL,
  build: BUILD,
  bvers: BUILD_VERSION,
  dataset: DATASET,
  train: TRAINING,
  movers: MODEL_VERSION,
  depl: DEPLOYMENT,
  revision: DEPLOYMENT_REVISION,
  tchest: TREASURE_CHEST,
} as const satisfies RecordKinds;

type Cards = typeof RECORD_KINDS;

/** The class of a kind. */
export type RecordOf<K extends Kind> = InstanceType<Cards[K]["record"]>;

/** The collection of a kind in `Store`. */
export type CollectionOf<K extends Kind> = Cards[K]["collection"];

/** The kinds whose card has a part. */
type KindsWith<Part> = { [K in Kind]: Cards[K] extends Part ? K : never }[Kind];

export type SupersedingKind = KindsWith<{ readonly supersedes: string }>;
export type TaskedKind = KindsWith<{ readonly task: string }>;
