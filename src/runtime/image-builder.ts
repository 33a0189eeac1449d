import type { Readable } from "node:stream";

/** User and password for a registry or a git host. Never logged. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Receives each piece of a log as it comes, not by lines. */
export type OnLog = (text: string) => void;

/** The Dockerfile, the base image or the registry failed: data on the Build's record, never a GraphQL error. */
export class ImageBuildError extends Error {}

/**
 * What carries a Dockerfile out. BUILDKIT_BEFORE_23 is that of Docker 20.10, whose own syntax ends before
 * here-documents.
 */
export type Builder = "CLASSIC" | "BUILDKIT_BEFORE_23" | "BUILDKIT";

export interface BuildOptions {
  readonly tag: string;
  readonly noCache: boolean;
  /** One of `builders()`; the first of them if it is left out. */
  readonly builder?: Builder;
  /** The path of the Dockerfile in the context; `Dockerfile` if it is left out. */
  readonly dockerfile?: string;
  /** The stage that becomes the image; the last one if it is left out. */
  readonly target?: string | null;
  /** Values of the Dockerfile's arguments (ARG). They stay readable in the image. */
  readonly args?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /**
   * Receives the id of each image that the build makes on its way, perhaps also the last one. They have no tag, and
   * stay on the engine however the build ends.
   */
  readonly onIntermediateImage?: (image: string) => void;
}

export interface ImageInfo {
  /** `sha256:...` */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** The disk use of images. */
export interface ImageDiskUse {
  readonly images: number;
  /** Bytes of the copies of projects. */
  readonly imageBytes: number;
  /** The number of environments. Images share them. */
  readonly environments: number;
  readonly environmentBytes: number;
}

/** The port that builds and moves images. Its callers have validated the references (`ImageRef`). */
export interface ImageBuilder {
  /** The meaning of `FROM rocas/onboard`: an image, which is built if it is missing, or this machine's Python. */
  readonly startsFrom: "BASE_IMAGE" | "MACHINE";
  /** True if images can be pulled from registries and pushed to them. */
  readonly hasRegistries: boolean;
  /** Returns the platform that images are built for, such as `linux/amd64`. */
  platform(): Promise<string>;
  /** Returns what can carry out a Dockerfile, the preferred one first. @throws RUNTIME_UNAVAILABLE */
  builders(): Promise<readonly Builder[]>;
  /**
   * Builds a tar stream with a Dockerfile, and returns the image id. It sets the tag once the image is
   * complete. A repeated call builds again, from the cache. The same content gives the same image.
   * @throws ImageBuildError with the Dockerfile's error; RUNTIME_UNAVAILABLE if the engine does not answer
   */
  build(context: Readable, options: BuildOptions, onLog: OnLog): Promise<string>;
  /** Returns null if the engine has no such image. */
  inspect(image: string): Promise<ImageInfo | null>;
  /** Pulls the image, or takes the engine's own if the registry has none. @throws ImageBuildError if neither has it */
  pull(image: string, credentials: Credentials | null, onLog: OnLog): Promise<string>;
  /** Points the tag at the image. The tag may point elsewhere before. */
  tag(id: string, tag: string): Promise<void>;
  /**
   * Removes the tag; resolves also if there is none. An image goes with its last tag.
   * @throws IN_USE if it is the last tag of an image that a container uses, running or not
   */
  untag(tag: string): Promise<void>;
  /**
   * Removes an image that has no tag. One with a tag stays.
   * @returns false if a container uses it or another image was made from it, so that it may go later
   */
  removeUntagged(id: string): Promise<boolean>;
  /**
   * Removes leftovers of builds and what no image needs any more. Images reported to `onIntermediateImage` stay.
   * Repeatable. An engine does this itself.
   */
  prune(): Promise<void>;
  /** Returns the disk use of images on this machine; null if an engine keeps and measures them. */
  diskUse(): Promise<ImageDiskUse | null>;
  /**
   * Pushes the tag and returns the registry's manifest digest. A repeated call pushes what is missing.
   * @throws ImageBuildError with the registry's error
   */
  push(tag: string, credentials: Credentials | null, onLog: OnLog): Promise<string>;
}
