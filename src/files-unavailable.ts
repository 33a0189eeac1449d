import { DomainError } from "./errors.js";
import { systemReason } from "./system-error.js";

/** Codes of the operating system that pass when somebody has mended the machine, and are nobody's input. */
const PASSING = new Set(["EROFS", "EMFILE", "ENFILE", "EIO", "ESTALE", "ENODEV", "ENXIO"]);
/** The same for the server's own folders, whose rights are its own business. */
const OWN = new Set([...PASSING, "EACCES", "EPERM", "ENOTDIR", "ELOOP"]);

const isSystemError = (error: unknown, codes: ReadonlySet<string>): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && codes.has(String((error as NodeJS.ErrnoException).code));

/** The server cannot use its files at the moment. What was asked can be sent again when that is mended. */
export class FilesUnavailable extends DomainError {
  constructor(reason: string, cause?: unknown) {
    super(
      "STORE_UNAVAILABLE",
      `The server cannot use its files at the moment: ${reason}. Whoever runs it has to mend that; then send it again.`,
      undefined,
      { cause },
    );
  }
}

/** True if an error says that the machine fails, and not that anything about the work is wrong: it is tried again. */
export const isMachineFault = (error: unknown): boolean =>
  error instanceof FilesUnavailable || isSystemError(error, PASSING);

/** The error in words for clients, if it says that the server's files cannot be used; else null. */
export function filesUnavailable(error: unknown): FilesUnavailable | null {
  if (error instanceof FilesUnavailable) return error;
  return isSystemError(error, OWN) ? new FilesUnavailable(systemReason(error), error) : null;
}
