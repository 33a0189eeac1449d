import { DomainError } from "./errors.js";

/** Errors of the operating system by which something did not fit on a disk. */
const SYSTEM = new Set(["ENOSPC", "EDQUOT"]);
/** MongoDB's number for a disk that is full. */
const OUT_OF_DISK_SPACE = 14031;

/** HTTP's status for it (RFC 4918). */
export const DISK_FULL_STATUS = 507;

/** The disk of the server has no room. Nothing of what was asked was kept. */
export class DiskFull extends DomainError {
  constructor(cause?: unknown) {
    super(
      "LIMIT_EXCEEDED",
      "The disk of the server is full, and nothing of this was kept. Whoever runs the server has to make room; then send it again.",
      undefined,
      { cause },
    );
  }
}

/** True if a foreign error, or what caused it, says that a disk is full. */
export function isDiskFull(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    const { code } = each as { code?: unknown };
    if (each instanceof DiskFull || SYSTEM.has(String(code))) return true;
    if (each.name.startsWith("Mongo") && Number(code) === OUT_OF_DISK_SPACE) return true;
  }
  return false;
}
