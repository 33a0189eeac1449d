import type { FileRecord } from "./file-record.js";

/** Returns the bytes of the files of a record: the archive of a compressed one, or as many as its manifest announces. */
export const bytesOf = ({ files, manifest, archive }: Pick<FileRecord, "files" | "manifest" | "archive">): number =>
  archive?.size ?? manifest?.bytes ?? files.reduce((sum, { size }) => sum + size, 0);
