import { join } from "node:path";

/** The folders of the work without an engine, below the data folder; all of it is this user's alone. */
export interface ProcessFolder {
  /** One folder an image, named by the 64 hex digits of its id. */
  readonly images: string;
  /** One folder a virtual environment, named by the hash of what it is made from. */
  readonly environments: string;
  /** One file a tag. */
  readonly tags: string;
  /** The folder in which builds work; nothing in it counts. */
  readonly building: string;
  /** One folder a run, named as its container would be. */
  readonly runs: string;
}

/** @param root `process` in the data folder */
export const processFolder = (root: string): ProcessFolder => ({
  images: join(root, "images"),
  environments: join(root, "environments"),
  tags: join(root, "tags"),
  building: join(root, "building"),
  runs: join(root, "runs"),
});
