import { DomainError } from "../errors.js";
import { readJson } from "../http/read-body.js";
import { appendLog, MAX_CHUNK_BYTES } from "../jobs/logs.js";
import { NotGranted } from "./attempt.js";
import type { Endpoint } from "./call.js";
import { fieldsOf, integerAt, requiredField, textAt, truthAt } from "./fields.js";

/** JSON writes a control character in six bytes. */
const MOST_BYTES = 6 * MAX_CHUNK_BYTES + 1024;
const MOST_CHUNKS = 999_999_999;

/** A piece of what the container wrote; the same number again changes nothing. The last pieces may follow its end. @throws NotGranted */
export const log: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MOST_BYTES }), ["seq", "text", "last"]);
  const seq = requiredField(integerAt(body, "seq", 0, MOST_CHUNKS), "seq");
  const text = requiredField(textAt(body, "text"), "text");
  const last = truthAt(body, "last") ?? false;
  if (Buffer.byteLength(text) > MAX_CHUNK_BYTES)
    throw new DomainError("LIMIT_EXCEEDED", "A piece of a log has at most 64 KiB.", ["text"]);
  const { job, index, slot } = attempt;
  if (!slot.claimed_at || job.cleanup === "DONE") throw new NotGranted();
  await appendLog(app.store, { job: job._id, slot: index, attempt: slot.attempt, seq, text, last });
  return {};
};
