import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { secretsOf } from "../attempt/secret-env.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import { readBody, readJson } from "../http/request-body.js";
import { appendLog, maskSecrets, MAX_CHUNK_BYTES } from "../jobs/append-log.js";
import { changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { plainText } from "../text/printable.js";
import { MIB } from "../units.js";
import { assertRunning, NotGranted, writeSlot } from "./attempt.js";
import { booleanField, fieldsOf, integerField, numberField, requiredField, textField } from "./body-fields.js";
import type { Endpoint } from "./call.js";

const MAX_HEARTBEAT_BYTES = 8 * 1024;
/** The pause between heartbeats of a replica, whose health is checked besides. Several fit in the time until it is lost. */
const REPLICA_BEAT_S = 60;

/** Records that the container lives, and its progress, which never falls. @throws NotGranted */
export const heartbeat: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MAX_HEARTBEAT_BYTES }), ["progress", "message"]);
  const progress = Math.max(numberField(body, "progress", 0, 1) ?? 0, attempt.slot.progress);
  textField(body, "message");
  assertRunning(attempt);
  await writeSlot(app.store, attempt, { heartbeat_at: await app.store.now(), progress });
  if (attempt.job.kind === "DEPLOY") return { continue: true, everySeconds: REPLICA_BEAT_S };
  app.work.lookForJobs();
  return { continue: true };
};

/** Records that the replica reports its service as ready. The reconciler checks it itself. @throws NotGranted */
export const ready: Endpoint = async ({ app, attempt, request }) => {
  fieldsOf(await readJson(request, { maxBodyBytes: 1024 }), []);
  assertRunning(attempt);
  if (attempt.job.kind !== "DEPLOY") throw new NotGranted();
  if (attempt.slot.ready_at) return {};
  const now = await app.store.now();
  await writeSlot(app.store, attempt, { ready_at: now, heartbeat_at: now, progress: 1 });
  // The reconciler of this process looks at once.
  await app.work.relay(attempt.job._id);
  return {};
};

/** JSON takes six bytes for a control character. */
const MAX_LOG_BYTES = 6 * MAX_CHUNK_BYTES + 1024;
const MAX_CHUNKS = 999_999_999;

/** Stores a chunk of the log, once for each number. The last may follow the end. @throws NotGranted */
export const log: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MAX_LOG_BYTES }), ["seq", "text", "last"]);
  const seq = requiredField(integerField(body, "seq", 0, MAX_CHUNKS), "seq");
  const text = requiredField(textField(body, "text"), "text");
  const last = booleanField(body, "last") ?? false;
  if (Buffer.byteLength(text) > MAX_CHUNK_BYTES)
    throw new DomainError("LIMIT_EXCEEDED", "A piece of a log has at most 64 KiB.", ["text"]);
  const { job, index, slot } = attempt;
  if (!slot.claimed_at || job.cleanup === "DONE") throw new NotGranted();
  const piece = { job: job._id, slot: index, attempt: slot.attempt, seq, text, last };
  await appendLog(app.store, piece, await secretsOf(app, job));
  return {};
};

const MAX_OUTPUT_BYTES = 16 * MIB;

/**
 * Stores the executed notebook, even after a failure; the last one counts.
 *
 * A cancelled run sends its own while the container ends.
 * @throws NotGranted
 */
export const output: Endpoint = async ({ app, attempt: { job, slot }, request }) => {
  if (job.kind !== "TRAIN" || !slot.claimed_at || slot.completed || job.cleanup === "DONE") throw new NotGranted();
  const notebook = await readBody(request, { maxBodyBytes: MAX_OUTPUT_BYTES });
  const kept = { size: notebook.length, sha256: createHash("sha256").update(notebook).digest("hex") };
  // A crash between the two leaves a file without a record, and no record without its file.
  await app.files.write(Readable.from([notebook]), kept);
  await changeRecord(app.store.trainings, job._id, () => ({ output: kept }), systemIntent(ROCAS));
  return {};
};

const MAX_COMPLETION_BYTES = 256 * 1024;

/** Returns the error in one line: `NameError: name 'x' is not defined (cell 3)`. */
function failureOf(value: unknown): string {
  const error = fieldsOf(value ?? {}, ["name", "message", "cell", "traceback"], "error");
  textField(error, "traceback");
  const name = plainText(textField(error, "name") ?? "Error", 128);
  const message = plainText(textField(error, "message") ?? "", 2_000);
  const cell = integerField(error, "cell", 0, 1_000_000);
  return `${name}${message ? `: ${message}` : ""}${cell === null ? "" : ` (cell ${cell})`}`;
}

/** Stores the outcome of the notebook. The first report counts. @throws NotGranted */
export const complete: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MAX_COMPLETION_BYTES }), ["ok", "error"]);
  const ok = requiredField(booleanField(body, "ok"), "ok");
  const error = ok ? null : maskSecrets(failureOf(body["error"]), await secretsOf(app, attempt.job));
  if (!attempt.slot.claimed_at) throw new NotGranted();
  if (attempt.slot.completed) return {};
  const at = await app.store.now();
  const progress = ok ? 1 : attempt.slot.progress;
  await writeSlot(
    app.store,
    attempt,
    { completed: { at, ok, error }, heartbeat_at: at, progress },
    { completed: null },
  );
  // The reconciler of this process looks at once.
  await app.work.relay(attempt.job._id);
  return {};
};
