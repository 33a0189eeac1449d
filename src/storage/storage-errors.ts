import { DomainError } from "../errors.js";

/** The content that was sent is not the one that was declared: the sender's fault. */
export const sentOtherwise = (what: string): DomainError => new DomainError("BAD_USER_INPUT", what);

/** The content that was stored is not the one that was written: nobody's input, so it is masked, and logged as an alarm. */
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

/** Another number of bytes is there than the sender goes on from. */
export class OffsetConflict extends DomainError {
  constructor(readonly offset: number) {
    super("CONFLICT", `${offset} bytes of the file are there: go on from that offset.`);
  }
}

/** One file is sent by one request at a time. */
export class UploadBusy extends DomainError {
  constructor() {
    super("CONFLICT", "Another request is sending this file: try again when it has ended.");
  }
}
