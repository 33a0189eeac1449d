import { assertWorking, writeSlot } from "./attempt.js";
import type { Endpoint } from "./call.js";
import { fieldsOf, numberAt, textAt } from "./fields.js";
import { readJson } from "../http/read-body.js";

const MOST_BYTES = 8 * 1024;

/** Says that the container lives and how far it is. Progress never falls within an attempt. @throws NotGranted */
export const heartbeat: Endpoint = async ({ app, attempt, request }) => {
  const body = fieldsOf(await readJson(request, { maxBodyBytes: MOST_BYTES }), ["progress", "message"]);
  const progress = Math.max(numberAt(body, "progress", 0, 1) ?? 0, attempt.slot.progress);
  textAt(body, "message");
  assertWorking(attempt);
  await writeSlot(app.store, attempt, { heartbeat_at: await app.store.now(), progress });
  return { continue: true };
};
