import { trusted } from "mongoose";
import { DomainError } from "../errors.js";
import { keyOf } from "../graph/id.js";
import { changeRecord } from "../store/change-record.js";
import type { Intent } from "../store/idempotency.js";
import { findCurrentByKeys } from "../store/read-records.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import type { ModelVersion } from "./model-version.js";

const MAX_TRIES = 40;

/** An alias that equals a name would lead nowhere. @throws ALREADY_EXISTS */
export async function refuseNames(
  { modelVersions }: Store,
  { _id }: ModelVersion,
  model: string,
  aliases: readonly string[],
): Promise<void> {
  const taken = (
    await findCurrentByKeys(
      modelVersions,
      aliases.map((alias) => keyOf(model, alias)),
    )
  ).filter((each) => each._id !== _id);
  const at = aliases.findIndex((alias) => taken.some(({ name }) => name === alias));
  if (at < 0) return;
  throw new DomainError(
    "ALREADY_EXISTS",
    `"${aliases[at]}" is the name of a version of the model, and a name comes before an alias: choose another alias.`,
    ["input", "aliases", at],
  );
}

/** Takes the aliases until the change succeeds: a unique index detects races. */
export async function withAliases(
  store: Store,
  version: ModelVersion,
  aliases: readonly string[],
  intent: Intent,
  change: () => Promise<ModelVersion>,
): Promise<ModelVersion> {
  for (let tries = 1; ; tries += 1) {
    await takeAliases(store, version, aliases, intent);
    try {
      return await change();
    } catch (error) {
      if (tries === MAX_TRIES || !(error instanceof DomainError && isDuplicateKey(error.cause, "aliases"))) throw error;
    }
  }
}

/** Other versions lose the aliases first: a crash never leaves one twice. */
async function takeAliases(
  { modelVersions }: Store,
  { _id, model }: ModelVersion,
  aliases: readonly string[],
  intent: Intent,
): Promise<void> {
  const others = await modelVersions
    .find({ model, superseded: false, aliases: trusted({ $in: [...aliases] }), _id: trusted({ $ne: _id }) }, { _id: 1 })
    .lean();
  for (const other of others)
    await changeRecord(
      modelVersions,
      other._id,
      (current) => ({ aliases: current.aliases.filter((alias) => !aliases.includes(alias)) }),
      { ...intent, idempotencyKey: null },
    );
}
