import type { Readable } from "node:stream";
import type { ArrivedFile, ExpectedFile } from "./file-storage.js";

/** Content that arrives in several requests. What is there stays through a crash, for a day after its last byte. */
export interface PartialFiles {
  /** Returns the number of bytes that are there; 0 if there is nothing. */
  size(id: string): Promise<number>;
  /**
   * Adds content from the offset on; at offset 0 it begins anew. What came is kept if the content breaks off. With the
   * last byte `whole` is given all of it, once, and it goes. Gives how many bytes are there.
   * @throws OffsetConflict if another number of bytes is there, UploadBusy if another request is adding,
   *   BAD_USER_INPUT if there is more than expected, LIMIT_EXCEEDED if the disk is too full, and what `whole` throws:
   *   after BAD_USER_INPUT the content is gone, since it is not what was announced.
   */
  append(
    id: string,
    offset: number,
    content: Readable,
    expected: ExpectedFile,
    whole: (arrived: ArrivedFile) => Promise<void>,
  ): Promise<number>;
  /** Lets go what nobody has added to for that long. */
  sweep(graceMs?: number): Promise<void>;
}
