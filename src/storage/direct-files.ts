import type { ExpectedFile, ReceivedFile } from "./file-storage.js";

/** An address to which one file is sent by PUT. */
export interface DirectUploadAddress {
  readonly url: string;
  /** The headers that the request must have; they are signed with the address. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Date;
}

/** Lets clients fetch and send bytes without this server, by signed addresses that live for 15 minutes. */
export interface DirectFiles {
  /** The most bytes that one request can send. */
  readonly maxBytes: number;
  /**
   * Returns the address of a stored file.
   * @param headers of the answer, as `content-disposition`
   */
  downloadUrl(sha256: string, headers: Readonly<Record<string, string>>): Promise<string>;
  /** Returns the address for a file; the checksum is a part of the signature. @param id 64 hex digits, of the upload */
  uploadUrl(id: string, expected: ExpectedFile): Promise<DirectUploadAddress>;
  /** Returns what was sent, not yet checked; null if nothing was. It stays until it is removed. */
  received(id: string): Promise<ReceivedFile | null>;
  /** Removes what was sent. Resolves also if nothing was. */
  remove(id: string): Promise<void>;
  /** Removes what was sent that long ago, and never taken. */
  sweep(graceMs?: number): Promise<void>;
}
