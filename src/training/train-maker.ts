import type { App } from "../app.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { newSlot } from "../jobs/job.js";
import { createJob } from "../jobs/write-job.js";
import type { Training } from "./training.js";

/** Makes the job of a training that was started. Repeatable. One that is to end already ends without a container. */
export async function makeTrainingJob({ store }: App, training: Training, entry: OutboxEntry): Promise<void> {
  const { _id, proj, bvers, notebook, cancel, deleting, deleted } = training;
  // Imported trainings have ended elsewhere; one that was taken back at once is a tombstone.
  if (entry.action !== "INSERT" || deleted || !bvers?.docker_id || !notebook) return;
  await createJob(store, {
    _id,
    kind: "TRAIN",
    proj,
    spec: { kind: "TRAIN", image: bvers.docker_id, notebook },
    desired: cancel || deleting ? "CANCEL" : "RUN",
    slots: [newSlot()],
    max_attempts: 3,
  });
}
