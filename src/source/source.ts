import type { Readable } from "node:stream";
import type { Credentials, OnLog } from "../runtime/image-builder.js";

/** A tar stream to build from, and where it came from. Dispose of it when the build is over. */
export interface BuildContext extends AsyncDisposable {
  /** A fresh tar stream of the same content at each call. */
  stream(): Readable;
  /** The commit that is really in it, 40 hex digits (64 with SHA-256); null for a folder outside git. */
  readonly gitVersion: string | null;
  /** True if a local tree has changes beside that commit; null outside git. */
  readonly gitDirty: boolean | null;
}

export interface SourceRequest {
  /** A local folder as the project names it (`homeDir`), or the address of a git repository. */
  readonly location: string;
  /** Branch, tag or commit of a git repository; its default branch where null. */
  readonly ref: string | null;
  readonly credentials: Credentials | null;
  /** Of the engine that will build from it, as `linux/amd64`; without it, a Dockerfile that names one is refused. */
  readonly platform?: string;
  readonly signal?: AbortSignal;
}

/** Opens a build context. @throws SourceError with a sentence for the person who asked: data on the Build's record. */
export interface Source {
  open(request: SourceRequest, told: OnLog): Promise<BuildContext>;
}

export class SourceError extends Error {}
