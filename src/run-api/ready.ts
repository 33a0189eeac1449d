import { NotGranted, assertWorking, writeSlot } from "./attempt.js";
import type { Endpoint } from "./call.js";
import { fieldsOf } from "./fields.js";
import { readJson } from "../http/read-body.js";

/** The replica says that its service answers; whether it does, the reconciler sees for itself. @throws NotGranted */
export const ready: Endpoint = async ({ app, attempt, request }) => {
  fieldsOf(await readJson(request, { maxBodyBytes: 1024 }), []);
  assertWorking(attempt);
  if (attempt.job.kind !== "DEPLOY") throw new NotGranted();
  if (attempt.slot.ready_at) return {};
  const now = await app.store.now();
  await writeSlot(app.store, attempt, { ready_at: now, heartbeat_at: now, progress: 1 });
  // The reconciler of this process need not wait for its next look.
  await app.work.relay(attempt.job._id);
  return {};
};
