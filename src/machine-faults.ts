import { statfsSync } from "node:fs";
import { DomainError } from "./errors.js";
import { MIB } from "./units.js";

/** Each system code in words that end a sentence about a path. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "this user may not read and write there",
  EPERM: "the system lets nobody write there",
  EROFS: "its file system is read-only",
  EEXIST: "it is no folder",
  ENOTDIR: "it is no folder, or lies below something that is none",
  EISDIR: "it is a folder",
  ENOENT: "it is not there",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its name is too long",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota of this user is used up",
  EMFILE: "this process has too many files open (ulimit -n)",
  ENFILE: "the system has too many files open",
  EIO: "the disk fails",
};

type FileError = Error & { readonly path: string };

/** True if an error comes from the operating system and is about a file or folder. */
export const isAboutFile = (error: unknown): error is FileError =>
  error instanceof Error && "syscall" in error && typeof (error as { path?: unknown }).path === "string";

/** Returns why something cannot be used, with the system's code for it. */
export function systemReason(error: unknown): string {
  const { code = "no code" } = error as { code?: string };
  return `${REASONS[code] ?? "the system refuses it"} (${code})`;
}

/** Returns a sentence for the operator. */
export const fileSentence = (error: FileError): string => `${error.path} cannot be used: ${systemReason(error)}.`;

/** System codes of a machine that must be mended. No input causes them. */
const MACHINE_CODES = new Set(["EROFS", "EMFILE", "ENFILE", "EIO", "ESTALE", "ENODEV", "ENXIO"]);
/** In the server's own folders, wrong rights are faults of the machine, too. */
const OWN_FOLDER_CODES = new Set([...MACHINE_CODES, "EACCES", "EPERM", "ENOTDIR", "ELOOP"]);

const isSystemError = (error: unknown, codes: ReadonlySet<string>): error is NodeJS.ErrnoException =>
  error instanceof Error && "syscall" in error && codes.has(String((error as NodeJS.ErrnoException).code));

/** The server cannot use its files at the moment. The request can be sent again when that is mended. */
export class FilesUnavailable extends DomainError {
  constructor(
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      "STORE_UNAVAILABLE",
      `The server cannot use its files at the moment: ${reason}. Whoever runs it has to mend that; then send it again.`,
      undefined,
      { cause },
    );
  }
}

/** True if the machine fails and the work itself is sound: it is tried again. */
export const isMachineFault = (error: unknown): boolean =>
  error instanceof FilesUnavailable || isSystemError(error, MACHINE_CODES);

/** Returns the error for clients if the server's files cannot be used, else null. */
export function filesUnavailable(error: unknown): FilesUnavailable | null {
  if (error instanceof FilesUnavailable) return error;
  return isSystemError(error, OWN_FOLDER_CODES) ? new FilesUnavailable(systemReason(error), error) : null;
}

/** System codes of a full disk or a used-up quota. */
const DISK_FULL_CODES = new Set(["ENOSPC", "EDQUOT"]);
/** MongoDB's number for a disk that is full. */
const OUT_OF_DISK_SPACE = 14031;

/** HTTP's status for a full disk (RFC 4918). */
export const DISK_FULL_STATUS = 507;

/** The disk of the server, or its bucket, has no room. Nothing of the request was kept. */
export class DiskFull extends DomainError {
  constructor(cause?: unknown, what = "disk") {
    super(
      "LIMIT_EXCEEDED",
      `The ${what} of the server is full, and nothing of this was kept. Whoever runs the server has to make room; then send it again.`,
      undefined,
      { cause },
    );
  }
}

/** True if a foreign error, or what caused it, says that a disk is full. */
export function isDiskFull(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (each instanceof DiskFull || DISK_FULL_CODES.has(String(code))) return true;
    if (each.name.startsWith("Mongo") && Number(code) === OUT_OF_DISK_SPACE) return true;
  }
  return false;
}

const RESERVE_BYTES = 128 * MIB;
const RESERVE_SHARE = 1 / 20;

/**
 * True if the disk of a folder has 128 MiB free, or a twentieth of it if it is small.
 * The embedded store asks for as much, so that a server is as ready on either store.
 */
export function hasDiskRoom(folder: string): boolean {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return bavail * bsize >= Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
}
