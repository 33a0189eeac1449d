import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { ROCAS } from "../caller.js";
import { changeRecord } from "../store/change-record.js";
import { ownIntent } from "../store/intent.js";
import { NotGranted, assertWorking } from "./attempt.js";
import type { Endpoint } from "./call.js";
import { readBody } from "./read-body.js";

const MOST_BYTES = 16 * 1024 * 1024;

/** Keeps the executed notebook, whether it failed or not. The last one that the attempt sends counts. @throws NotGranted */
export const output: Endpoint = async ({ app, attempt, request }) => {
  assertWorking(attempt);
  if (attempt.job.kind !== "TRAIN") throw new NotGranted();
  const notebook = await readBody(request, MOST_BYTES);
  const kept = { size: notebook.length, sha256: createHash("sha256").update(notebook).digest("hex") };
  // First the content, then the record that names it: a crash between leaves a blob that nobody names.
  await app.files.write(Readable.from([notebook]), kept);
  await changeRecord(app.store.trainings, attempt.job._id, () => ({ output: kept }), ownIntent(ROCAS));
  return {};
};
