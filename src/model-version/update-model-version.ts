import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { withoutUndefined } from "../graph/mutation-input.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import type { UpdateModelVersionInput } from "./model-version.inputs.js";
import type { ModelVersion } from "./model-version.js";
import { refuseNames, withAliases } from "./set-aliases.js";
import { versionByName } from "./versions-by-name.js";

const MAX_ALIASES = 20;

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
