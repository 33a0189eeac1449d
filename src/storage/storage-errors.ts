import { DomainError } from "../errors.js";

/** The sent content differs from the declared one: the sender's fault. */
export const uploadMismatch = (what: string): DomainError => new DomainError("BAD_USER_INPUT", what);

/** The stored content differs from the written one. Not an input error: it is masked and logged as an alarm. */
export const storedMismatch =
  (sha256: string) =>
  (what: string): Error =>
    new DamagedFile(`The stored file ${sha256} is damaged. ${what}`);

/** A stored file no longer has its hash. */
export class DamagedFile extends Error {}

export const contentNotFound = (): DomainError => new DomainError("NOT_FOUND", "There is no file with this content.");

export const invalidDeclaration = (): DomainError =>
  new DomainError(
    "BAD_USER_INPUT",
    "A file is declared by its SHA-256 (64 lower-case hex digits) and its size in bytes.",
  );

/** The sender's offset differs from the number of bytes that are there. */
export class OffsetConflict extends DomainError {
  constructor(readonly offset: number) {
    super("CONFLICT", `${offset} bytes of the file are there: go on from that offset.`);
  }
}

/** Only one request at a time sends a file. */
export class UploadBusy extends DomainError {
  constructor() {
    super("CONFLICT", "Another request is sending this file: try again when it has ended.");
  }
}

/** Makes the error: only the caller knows the cause. */
export type MismatchError = (what: string) => Error;
