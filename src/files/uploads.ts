import type { App } from "../app.js";
import { notFound } from "../errors.js";
import { type DirectUpload, FilesState, type FileUpload } from "../graph/stored-file.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import type { Vault } from "../vault/vault.js";
import { MAX_INLINE_FILES } from "./file-lists.js";
import { type FileRecord, fileRecordsOf } from "./file-record.js";
import { isManifestOpen, missingFilesOf } from "./files-of.js";
import type { RenewUploadsInput } from "./files.inputs.js";
import { type AnnouncedFile, uploadId } from "./receive-file.js";
import { issueTicket, ticketExpiry } from "./ticket.js";

/** An upload, and the file that it is for. */
export interface AnnouncedUpload extends FileUpload {
  readonly announced: AnnouncedFile;
  readonly lightweight: boolean;
}

/** Returns the address in the bucket for an upload; null if clients do not reach one, or it cannot take the file. */
export async function directUpload(
  { directFiles }: Pick<App, "directFiles">,
  { announced, lightweight }: AnnouncedUpload,
): Promise<DirectUpload | null> {
  if (!directFiles || lightweight || announced.size > directFiles.maxBytes) return null;
  const { url, headers, expiresAt } = await directFiles.uploadUrl(uploadId(announced), announced);
  return { url, headers: Object.entries(headers).map(([name, value]) => ({ name, value })), expiresAt };
}

/**
 * Returns upload addresses for missing files, 250 at most. Requests within a minute get the same ones. An open manifest
 * has none.
 * @param after only files whose names come after this one.
 */
export async function uploadsOf(
  { store, vault }: Pick<App, "store" | "vault">,
  record: FileRecord,
  after = "",
): Promise<AnnouncedUpload[]> {
  if (record.state === FilesState.READY || isManifestOpen(record)) return [];
  const now = new Date();
  const missing = await missingFilesOf(store, record, { after, limit: MAX_INLINE_FILES });
  const { lightweight, _id } = record;
  return missing.map(({ name, size, sha256 }) => ({
    announced: { record: _id, name, size, sha256 },
    lightweight,
    name,
    url: `/files/${issueTicket(vault, { method: "PUT", record: record._id, name, size, sha256 }, now)}`,
    expiresAt: ticketExpiry(now),
  }));
}

/** Returns the path of a download: one file, or the whole record as a tar.gz. */
export const downloadUrl = (vault: Vault, record: string, name: string | null): string =>
  `/files/${issueTicket(vault, { method: "GET", record, name })}`;

/** Changes nothing, but uses the idempotency key up. @throws NOT_FOUND */
export async function renewUploads(
  { store, vault, work }: Pick<App, "store" | "vault" | "work">,
  intent: Intent,
  { id, after }: RenewUploadsInput,
): Promise<AnnouncedUpload[]> {
  const record = await idempotent<FileRecord>({ store, work }, intent, async () => {
    const records = fileRecordsOf(store, id);
    const found = await records?.exists({ _id: id });
    if (!records || !found) throw notFound("dataset or model version", ["input", "id"]);
    return changeRecord(records, id, () => null, intent);
  });
  return uploadsOf({ store, vault }, record, after ?? "");
}
