import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { ROCAS } from "../caller.js";
import { readBody } from "../http/read-body.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/intent.js";
import { NotGranted } from "./attempt.js";
import type { Endpoint } from "./call.js";

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Keeps the executed notebook, whether it failed or not. The last one that the attempt sends counts; what ran of one that
 * was cancelled or stopped comes while its container is ended. @throws NotGranted
 */
export const output: Endpoint = async ({ app, attempt: { job, slot }, request }) => {
  if (job.kind !== "TRAIN" || !slot.claimed_at || slot.completed || job.cleanup === "DONE") throw new NotGranted();
  const notebook = await readBody(request, { maxBodyBytes: MOST_BYTES });
  const kept = { size: notebook.length, sha256: createHash("sha256").update(notebook).digest("hex") };
  // First the content, then the record that names it: a crash between leaves a blob that nobody names.
  await app.files.write(Readable.from([notebook]), kept);
  await changeRecord(app.store.trainings, job._id, () => ({ output: kept }), ownIntent(ROCAS));
  return {};
};
