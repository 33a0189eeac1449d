import { trusted } from "mongoose";
import type { App } from "../app.js";
import { ROCAS } from "../caller.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { changeRecord } from "../store/change-record.js";
import { systemIntent } from "../store/idempotency.js";
import { supersedeEarlier } from "../store/insert-record.js";
import type { ModelVersion } from "./model-version.js";

const BY_ROCAS = systemIntent(ROCAS);

/**
 * Gives a version the aliases of the one that it supersedes.
 * The earlier one loses them last, so that a repeat repairs a crash.
 */
export async function inheritAliases({ store, work }: App, version: ModelVersion, entry: OutboxEntry): Promise<void> {
  const { modelVersions } = store;
  const { _id, key, seq, model } = version;
  if (entry.after["seq"] === undefined || seq === undefined || seq < 2) return;
  // The unique index of aliases covers current versions alone.
  await supersedeEarlier(modelVersions, key, seq);
  const [earlier] = await modelVersions
    .find(
      { key: trusted({ $eq: key }), seq: trusted({ $lt: seq }), superseded: true, aliases: trusted({ $gt: "" }) },
      { aliases: 1 },
    )
    .sort({ key: -1, seq: -1 })
    .limit(1)
    .lean<Pick<ModelVersion, "_id" | "aliases">[]>();
  if (!earlier) return;
  const holders = await modelVersions
    .find({ model, superseded: false, aliases: trusted({ $in: earlier.aliases }) }, { aliases: 1 })
    .lean<Pick<ModelVersion, "aliases">[]>();
  // An alias that another version has got meanwhile stays there.
  const freeAliases = earlier.aliases.filter((alias) => !holders.some(({ aliases }) => aliases.includes(alias)));
  await changeRecord(modelVersions, _id, ({ aliases }) => ({ aliases: [...aliases, ...freeAliases] }), BY_ROCAS);
  await changeRecord(modelVersions, earlier._id, () => ({ aliases: [] }), BY_ROCAS);
  await work.relay(earlier._id);
  // Not awaited: it follows the relay of this version that is under way.
  void work.relay(_id);
}
