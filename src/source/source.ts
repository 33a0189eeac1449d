import type { Readable } from "node:stream";
import type { Builder, Credentials, OnLog } from "../runtime/image-builder.js";

/** A tar stream to build from, and its origin. Dispose of it after the build. */
export interface BuildContext extends AsyncDisposable {
  /** Returns a fresh tar stream of the same content at each call. */
  stream(): Readable;
  /** The commit of the content, 40 hex digits (64 with SHA-256); null for a folder outside git. */
  readonly gitVersion: string | null;
  /** True if the folder has changes beside that commit; null outside git. */
  readonly gitDirty: boolean | null;
  /** The first of the request's builders that carries out the Dockerfile. */
  readonly builder?: Builder;
}

export interface SourceRequest {
  /** A local folder as the project names it (`homeDir`), or the address of a git repository. */
  readonly location: string;
  /** Branch, tag or commit of a git repository; null for its default branch. */
  readonly ref: string | null;
  readonly credentials: Credentials | null;
  /** The platform of the engine that builds, as `linux/amd64`. Without it, a Dockerfile that names one is refused. */
  readonly platform?: string;
  /** The path of the Dockerfile from the top folder; `Dockerfile` if it is left out. */
  readonly dockerfile?: string;
  /** Values of its arguments. */
  readonly args?: Readonly<Record<string, string>>;
  /** What can build it, the preferred one first; the classic builder if it is left out. */
  readonly builders?: readonly Builder[];
  readonly signal?: AbortSignal;
}

/** Opens a build context. @throws SourceError with a sentence for the user, which is stored in the build's record. */
export interface Source {
  open(request: SourceRequest, onLog: OnLog): Promise<BuildContext>;
}

export class SourceError extends Error {}
