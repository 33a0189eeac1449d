import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { given } from "../graph/given.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import type { Store } from "../store/store.js";
import type { UpdateModelVersionInput } from "./model-version.inputs.js";
import type { ModelVersion } from "./model-version.js";

const MOST_ALIASES = 20;

/** Its files never change: another version of the name replaces them. @throws NOT_FOUND, LIMIT_EXCEEDED */
export function updateModelVersion(
  { store }: Pick<App, "store">,
  intent: Intent,
  input: UpdateModelVersionInput,
): Promise<ModelVersion> {
  return once(store, intent, async () => {
    const version = await required(store.modelVersions, "model version", [input.model, input.name], ["input", "name"]);
    const details = input.details === undefined ? undefined : (input.details ?? {});
    const aliases = input.aliases === undefined ? undefined : [...new Set(input.aliases ?? [])];
    if (aliases && aliases.length > MOST_ALIASES)
      throw new DomainError("LIMIT_EXCEEDED", `A version has at most ${MOST_ALIASES} aliases.`, ["input", "aliases"]);
    if (aliases) await takeAliases(store, version, aliases, intent);
    return changeRecord(store.modelVersions, version._id, () => given({ details, aliases }), intent);
  });
}

/** An alias names one version of a model. It leaves the other before it comes here, so that a crash between leaves it nowhere, never twice. */
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
