import { FilesState, type FileUpload } from "../graph/stored-file.js";
import type { Vault } from "../vault/vault.js";
import type { FileRecord } from "./file-record.js";
import { issueTicket, ticketExpiry } from "./ticket.js";

/** An address for each file of the manifest that is still missing; the same ones again where asked again within a minute. */
export function uploadsOf(vault: Vault, { _id, state, files, received }: FileRecord): FileUpload[] {
  if (state === FilesState.READY) return [];
  const now = new Date();
  return files
    .filter(({ name }) => !received.includes(name))
    .map(({ name, size, sha256 }) => ({
      name,
      url: `/files/${issueTicket(vault, { method: "PUT", record: _id, name, size, sha256 }, now)}`,
      expiresAt: ticketExpiry(now),
    }));
}

/** An address from which one file, or the whole record as a tar.gz, is fetched. */
export const downloadOf = (vault: Vault, record: string, name: string | null): string =>
  `/files/${issueTicket(vault, { method: "GET", record, name })}`;
