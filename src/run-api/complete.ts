import { NotGranted, writeSlot } from "./attempt.js";
import type { Endpoint } from "./call.js";
import { fieldsOf, requiredField, integerAt, textAt, truthAt } from "./fields.js";
import { plainText } from "../text/printable.js";
import { readJson } from "../http/read-body.js";

const MOST_BYTES = 256 * 1024;

/** The failing cell in one line: `NameError: name 'x' is not defined (cell 3)`. */
function failureOf(value: unknown): string {
  const error = fieldsOf(value ?? {}, ["name", "message", "cell", "traceback"], "error");
  textAt(error, "traceback");
  const name = plainText(textAt(error, "name") ?? "Error", 128);
  const message = plainText(textAt(error, "message") ?? "", 2_000);
  const cell = integerAt(error, "cell", 0, 1_000_000);
  return `${name}${message ? `: ${message}` : ""}${cell === null ? "" : ` (cell ${cell})`}`;
}

/** Stores how the notebook ended. The first report of an attempt counts, repeats are harmless. @throws NotGranted */
export const complete: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MOST_BYTES }), ["ok", "error"]);
  const ok = requiredField(truthAt(body, "ok"), "ok");
  const error = ok ? null : failureOf(body["error"]);
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
  // The reconciler of this process need not wait for its next look.
  await app.work.relay(attempt.job._id);
  return {};
};
