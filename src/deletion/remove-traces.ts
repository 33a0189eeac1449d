import type { App } from "../app.js";
import type { Kind } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";

/** Gives up the files, the image or the secret of a record that is about to go. Repeatable. */
export async function giveUpHoldings({ store, holdings }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds } = store.kinds[kind];
  if (holds) await holdings[holds].giveUp(record);
}

/** Removes what a record leaves outside its collection beside files: its image if no other record needs it, its log, its job. */
export async function removeTraces({ store, holdings, logger }: App, kind: Kind, record: AnyRecord): Promise<void> {
  const { holds, log } = store.kinds[kind];
  try {
    if (holds) await holdings[holds].removeTraces?.(record);
    if (log === "OF_JOB") {
      await store.logs.deleteMany({ job: record._id });
      await store.jobs.deleteOne({ _id: record._id });
    }
  } catch (error) {
    // The record is gone and nobody can reach the trace: what is left costs space only, and the operator is told.
    logger.warn({ event: "trace_left", record: record._id, err: error });
  }
}
