import { DomainError } from "../errors.js";

/** What was sent is not what was declared: the sender's fault. */
export const sentOtherwise = (what: string): DomainError => new DomainError("BAD_USER_INPUT", what);

/** What was stored is not what was written: nobody's input, so it is masked, and logged as an alarm. */
export const storedOtherwise =
  (sha256: string) =>
  (what: string): Error =>
    new DamagedFile(`The stored file ${sha256} is damaged. ${what}`);

/** A stored file no longer has the hash it is stored under. */
export class DamagedFile extends Error {}

export const noSuchFile = (): DomainError => new DomainError("NOT_FOUND", "There is no file with this content.");

export const badDeclaration = (): DomainError =>
  new DomainError(
    "BAD_USER_INPUT",
    "A file is declared by its SHA-256 (64 lower-case hex digits) and its size in bytes.",
  );
