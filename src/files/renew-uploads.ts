import type { App } from "../app.js";
import { notFound } from "../errors.js";
import type { FileUpload } from "../graph/stored-file.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { type FileRecord, fileRecordsOf } from "./file-record.js";
import { uploadsOf } from "./uploads-of.js";
import type { RenewUploadsInput } from "./uploads.inputs.js";

/** Changes nothing; an idempotency key is kept all the same, since it is good for one request only. @throws NOT_FOUND */
export async function renewUploads(
  { store, vault, work }: Pick<App, "store" | "vault" | "work">,
  intent: Intent,
  { id, after }: RenewUploadsInput,
): Promise<FileUpload[]> {
  const record = await once<FileRecord>({ store, work }, intent, async () => {
    const records = fileRecordsOf(store, id);
    const found = await records?.exists({ _id: id });
    if (!records || !found) throw notFound("dataset or model version", ["input", "id"]);
    return changeRecord(records, id, () => null, intent);
  });
  return uploadsOf({ store, vault }, record, after ?? "");
}
