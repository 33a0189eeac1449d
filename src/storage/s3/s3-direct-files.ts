import { DAY_MS, MINUTE_MS } from "../../units.js";
import { isSha256 } from "../content-check.js";
import type { DirectFiles, DirectUploadAddress } from "../direct-files.js";
import type { ExpectedFile } from "../file-storage.js";
import type { Bucket } from "./bucket.js";
import { MAX_PART, S3ReceivedFile } from "./s3-received-file.js";
import { keyOf } from "./s3-storage.js";

const FOLDER = "direct/";
const LIFETIME_MS = 15 * MINUTE_MS;
const CHECKSUM = "x-amz-checksum-sha256";

/**
 * Keeps what clients send as `direct/<id>` until it is taken: an address stays good after its use, and what it writes
 * must not be a stored file.
 * @param bucket at the address under which clients reach it
 */
export class S3DirectFiles implements DirectFiles {
  readonly maxBytes = MAX_PART;

  constructor(
    private readonly bucket: Bucket,
    private readonly reached: Bucket,
  ) {}

  downloadUrl(sha256: string, headers: Readonly<Record<string, string>>): Promise<string> {
    const query = Object.fromEntries(Object.entries(headers).map(([name, value]) => [`response-${name}`, value]));
    return this.reached.presign({ method: "GET", key: keyOf(sha256), query }, LIFETIME_MS);
  }

  async uploadUrl(id: string, { sha256, size }: ExpectedFile): Promise<DirectUploadAddress> {
    const headers = {
      "content-length": String(size),
      [CHECKSUM]: Buffer.from(sha256, "hex").toString("base64"),
    };
    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    const url = await this.reached.presign({ method: "PUT", key: folderKey(id), headers }, LIFETIME_MS);
    return { url, headers, expiresAt };
  }

  async received(id: string): Promise<S3ReceivedFile | null> {
    const key = folderKey(id);
    const headers = await this.bucket.head(key, { "x-amz-checksum-mode": "ENABLED" });
    if (!headers) return null;
    const piece = { key, size: Number(headers.get("content-length")), etag: headers.get("etag") ?? "" };
    // Servers that know no such checksum give none: then every byte is read.
    const sha256 = Buffer.from(headers.get(CHECKSUM) ?? "", "base64").toString("hex");
    return new S3ReceivedFile(this.bucket, [piece], isSha256(sha256) ? sha256 : "");
  }

  remove(id: string): Promise<void> {
    return this.bucket.remove(folderKey(id));
  }

  async sweep(graceMs = DAY_MS): Promise<void> {
    for await (const { key, modifiedAt } of this.bucket.list(FOLDER))
      if (isSha256(key.slice(FOLDER.length)) && Date.now() - modifiedAt.getTime() > graceMs)
        await this.bucket.remove(key);
  }
}

function folderKey(id: string): string {
  if (!isSha256(id)) throw new Error("The id of an upload is 64 hex digits.");
  return FOLDER + id;
}
