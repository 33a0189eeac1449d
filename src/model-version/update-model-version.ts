import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { keyOf } from "../graph/id.js";
import { withoutUndefined } from "../graph/mutation-input.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, idempotent } from "../store/idempotency.js";
import { findCurrentByKeys } from "../store/read-records.js";
import { isDuplicateKey } from "../store/store-errors.js";
import type { Store } from "../store/store.js";
import type { UpdateModelVersionInput } from "./model-version.inputs.js";
import type { ModelVersion } from "./model-version.js";
import { versionByName } from "./versions-by-name.js";

const MAX_ALIASES = 20;
const MAX_TRIES = 40;

/** Files never change: a new version replaces them. @throws NOT_FOUND, LIMIT_EXCEEDED, ALREADY_EXISTS */
export function updateModelVersion(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateModelVersionInput,
): Promise<ModelVersion> {
  return idempotent({ store, work }, intent, async () => {
    const version = await versionByName(store, input);
    if (!version) throw notFound("model version", ["input", "name"]);
    const details = input.details === undefined ? undefined : (input.details ?? {});
    const aliases = input.aliases === undefined ? undefined : [...new Set(input.aliases ?? [])];
    if (aliases && aliases.length > MAX_ALIASES)
      throw new DomainError("LIMIT_EXCEEDED", `A version has at most ${MAX_ALIASES} aliases.`, ["input", "aliases"]);
    await refuseNames(store, version, input.model, input.aliases ?? []);
    const change = () =>
      changeRecord(store.modelVersions, version._id, () => withoutUndefined({ details, aliases }), intent);
    return aliases ? withAliases(store, version, aliases, intent, change) : change();
  });
}

/** An alias that equals a name would lead nowhere. @throws ALREADY_EXISTS */
async function refuseNames(
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
async function withAliases(
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
