import type { Readable } from "node:stream";

/** A user and a password, for a registry or a git host. Never logged. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Called with each piece of a log as it comes; pieces are no lines. */
export type OnLog = (text: string) => void;

/** The Dockerfile, the base image or the registry said no: data on the Build's record, never a GraphQL error. */
export class ImageBuildError extends Error {}

export interface BuildOptions {
  readonly tag: string;
  readonly noCache: boolean;
  readonly signal?: AbortSignal;
  /**
   * Called with the id of each image that the build itself makes on its way, the last one perhaps among them: without a
   * tag they stay on the engine, whatever becomes of the build.
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
  /** Of the copies of the projects. */
  readonly imageBytes: number;
  /** The number of environments; images share them. */
  readonly environments: number;
  readonly environmentBytes: number;
}

/** The port that builds and moves images. References are validated (`ImageRef`) before they come here. */
export interface ImageBuilder {
  /** The meaning of `FROM rocas/onboard`: an image, which is built if it is missing, or the Python of this machine. */
  readonly startsFrom: "BASE_IMAGE" | "MACHINE";
  /** True if images can be pulled from registries and pushed to them. */
  readonly hasRegistries: boolean;
  /** The platform that images are built for, as `linux/amd64`. */
  platform(): Promise<string>;
  /**
   * Builds a tar stream with a Dockerfile at its root, which the caller has seen there, and gives the image id. The tag
   * is set once the image is whole. A repeated call builds again, from the cache: the same content is the same image,
   * whoever builds it.
   * @throws ImageBuildError with what the Dockerfile said; RUNTIME_UNAVAILABLE where the engine does not answer.
   */
  build(context: Readable, options: BuildOptions, onLog: OnLog): Promise<string>;
  /** Null if the engine has no such image. */
  inspect(image: string): Promise<ImageInfo | null>;
  /** Pulls the image; one that the registry does not give but the engine has already is taken. @throws ImageBuildError if neither has it. */
  pull(image: string, credentials: Credentials | null, onLog: OnLog): Promise<string>;
  /** Points the tag at the image, wherever it pointed before. */
  tag(id: string, tag: string): Promise<void>;
  /**
   * Removes the tag; resolves also when there is none. An image goes with its last tag.
   * @throws IN_USE if it is the last tag of an image that a container uses, running or not.
   */
  untag(tag: string): Promise<void>;
  /**
   * Removes an image that has no tag. One with a tag is somebody's and stays.
   * @returns false if a container uses it or another image was made from it, so that it may go later
   */
  removeUntagged(id: string): Promise<boolean>;
  /**
   * Removes what builds made on their way and what images no longer need, as far as no image noted by `made` is meant.
   * Repeatable. An engine looks after that itself.
   */
  prune(): Promise<void>;
  /** The disk use of its images on this machine; null if the engine keeps them, and tells it. */
  diskUse(): Promise<ImageDiskUse | null>;
  /** Gives the registry's manifest digest. A repeated call pushes what is missing. @throws ImageBuildError with what the registry said. */
  push(tag: string, credentials: Credentials | null, onLog: OnLog): Promise<string>;
}
