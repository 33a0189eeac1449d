import type { App } from "../app.js";
import { FilesState, type FileUpload } from "../graph/stored-file.js";
import type { Vault } from "../vault/vault.js";
import { MOST_INSIDE } from "./file-lists.js";
import type { FileRecord } from "./file-record.js";
import { isOpen, missingOf } from "./files-of.js";
import { issueTicket, ticketExpiry } from "./ticket.js";

/**
 * An address for each file of the manifest that is still missing, for 250 of very many; the same ones again where asked
 * again within a minute. None while more files may be added.
 * @param after only files whose names come after this one.
 */
export async function uploadsOf(
  { store, vault }: Pick<App, "store" | "vault">,
  record: FileRecord,
  after = "",
): Promise<FileUpload[]> {
  if (record.state === FilesState.READY || isOpen(record)) return [];
  const now = new Date();
  const missing = await missingOf(store, record, { after, limit: MOST_INSIDE });
  return missing.map(({ name, size, sha256 }) => ({
    name,
    url: `/files/${issueTicket(vault, { method: "PUT", record: record._id, name, size, sha256 }, now)}`,
    expiresAt: ticketExpiry(now),
  }));
}

/** An address from which one file, or the whole record as a tar.gz, is fetched. */
export const downloadOf = (vault: Vault, record: string, name: string | null): string =>
  `/files/${issueTicket(vault, { method: "GET", record, name })}`;
