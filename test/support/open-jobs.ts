import { newId } from "../../src/graph/id.js";
import { createJob } from "../../src/jobs/write-job.js";
import { openWork } from "./open-work.js";

/** Opens a store with one job and no reconciler. */
export async function openJobs() {
  const work = await openWork();
  await work.stop();
  const { store } = work;
  const id = newId("train");
  const spec = { kind: "TRAIN", image: "", notebook: "" } as const;
  await createJob(store, { _id: id, kind: "TRAIN", proj: "p", spec, desired: "RUN" });
  // Made a moment ago, so that what happens next happens later.
  await store.jobs.updateOne({ _id: id }, { $set: { next_reconcile_at: new Date(Date.now() - 1_000) } });
  return {
    store,
    id,
    now: async () => (await store.jobs.findOne({ _id: id }))!,
    /** Lets the lease expire. */
    expire: () => store.jobs.updateOne({ _id: id }, { $set: { "lease.until": new Date(Date.now() - 1_000) } }),
    [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
  };
}
