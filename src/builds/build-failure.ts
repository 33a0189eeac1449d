import { DomainError } from "../errors.js";
import { ImageBuildError } from "../runtime/image-builder.js";
import { SourceError } from "../source/source.js";

/** The build itself is at fault: data on its record. What else goes wrong is tried again. */
export class BuildRefused extends Error {}

/** The reason for the user who asked for the build; null if it is none of theirs: the engine away, or our own side. */
export function reasonOf(error: unknown): string | null {
  const theirs =
    error instanceof BuildRefused ||
    error instanceof ImageBuildError ||
    error instanceof SourceError ||
    (error instanceof DomainError && error.code !== "RUNTIME_UNAVAILABLE");
  return theirs ? error.message : null;
}
