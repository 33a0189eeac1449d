import type { App } from "../app.js";
import { noteTags, untagVersion } from "../build/untag-later.js";
import type { BuildVersion } from "../build-version/build-version.js";
import type { Dataset } from "../dataset/dataset.js";
import { giveUpFilesOf, removeFilesOf } from "../files/remove-files-of.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { ModelVersion } from "../model-version/model-version.js";
import type { Training } from "../training/training.js";

/** Gives up the files, the image and the secret of a record that is about to go: afterwards nobody looks for them. Repeatable. */
export async function giveUpHoldings(app: App, kind: Kind, record: AnyRecord): Promise<void> {
  // If the engine does not answer, the image goes when it does.
  if (kind === "bvers") await noteTags(app, record as unknown as BuildVersion);
  if (kind === "tchest") await app.vault.forget(record._id);
  if (kind === "dataset" || kind === "movers") await giveUpFilesOf(app, record as Dataset | ModelVersion);
  if (kind === "train")
    await removeFilesOf(app, { lightweight: false, files: [], archive: (record as unknown as Training).output });
}

/** What a record leaves outside its collection beside files. Its image goes only if no other record needs it. */
export async function removeTraces(app: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { store, logger } = app;
  try {
    if (kind === "bvers") await untagVersion(app, record as unknown as BuildVersion);
    if (kind === "build" || kind === "train" || kind === "revision") {
      await store.logs.deleteMany({ job: record._id });
      await store.jobs.deleteOne({ _id: record._id });
    }
  } catch (error) {
    // The record is gone and nobody can reach the trace: what is left costs space only, and the operator is told.
    logger.warn({ event: "trace_left", record: record._id, err: error });
  }
}
