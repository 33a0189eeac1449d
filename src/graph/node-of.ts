import type { Loaders } from "../loaders.js";
import { type Kind, kindOf } from "./id.js";

const LOADER_OF_KIND = {
  project: "project",
  model: "model",
  build: "build",
  bvers: "buildVersion",
  dataset: "dataset",
  train: "training",
  movers: "modelVersion",
  depl: "deployment",
  revision: "deploymentRevision",
  tchest: "treasureChest",
} as const satisfies Record<Kind, keyof Loaders>;

/** The record of that id, superseded or not, or null. */
export async function nodeOf(loaders: Loaders, id: string): Promise<object | null> {
  const kind = kindOf(id);
  return kind ? loaders[LOADER_OF_KIND[kind]].load(id) : null;
}
