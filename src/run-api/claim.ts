import type { Endpoint } from "./call.js";
import { writeSlot } from "./attempt.js";
import { assignmentOf } from "./assignment.js";
import { fieldsOf } from "./fields.js";
import { meta } from "./meta.js";
import { mounted } from "./mounted.js";
import { writtenParams } from "../training/stored-params.js";
import { readJson } from "../http/read-body.js";

/** The start gate: a container runs user code only after it, and only one per attempt passes. @throws NotGranted */
export const claim: Endpoint = async ({ app, attempt, request }) => {
  fieldsOf(await readJson(request, { maxBodyBytes: 1024 }), []);
  // Read before the gate: an attempt that could not be told what to do has not been claimed.
  const assignment = await assignmentOf(app.store, attempt.job);
  const params = assignment.kind === "train" ? await writtenParams(app.store, assignment.training._id) : {};
  const mounts = await mounted(app.store, assignment);
  const about = { ...(await meta(app.store, assignment)), params };
  const now = await app.store.now();
  await writeSlot(app.store, attempt, { claimed_at: now, heartbeat_at: now }, { claimed_at: null, wanted: true });
  // The reconciler of this process need not wait for its next look.
  await app.work.relay(attempt.job._id);
  const until = attempt.job.deadlines.run;
  return {
    job: attempt.job._id,
    attempt: attempt.slot.attempt,
    slot: attempt.index,
    kind: assignment.kind,
    notebook: attempt.job.spec.kind === "BUILD" ? null : attempt.job.spec.notebook,
    params,
    timeoutSeconds: until ? Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)) : null,
    meta: about,
    ...mounts,
  };
};
