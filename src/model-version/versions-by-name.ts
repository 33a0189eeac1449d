import { trusted } from "mongoose";
import { keyOf } from "../graph/id.js";
import { findCurrentByKeys } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { ModelVersion } from "./model-version.js";

/** A version as requests name it: by its name or an alias. */
export interface VersionName {
  readonly model: string;
  readonly name: string;
}

const nameKey = ({ model, name }: VersionName): string => keyOf(model, name);

/**
 * Returns the current versions in the order of the names, with null for unknown ones. A name comes before an alias.
 * One find, or four if there are aliases.
 */
export async function versionsByName(
  store: Pick<Store, "models" | "modelVersions">,
  requested: readonly VersionName[],
): Promise<(ModelVersion | null)[]> {
  const byOwnName = new Map(
    (await findCurrentByKeys(store.modelVersions, requested.map(nameKey))).map((each) => [each.key, each]),
  );
  const byAlias = await keysOfAliases(
    store,
    requested.filter((each) => !byOwnName.has(nameKey(each))),
  );
  const byKey = new Map(
    byAlias.size === 0
      ? []
      : (await findCurrentByKeys(store.modelVersions, [...new Set(byAlias.values())])).map((each) => [each.key, each]),
  );
  return requested.map((each) => byOwnName.get(nameKey(each)) ?? byKey.get(byAlias.get(nameKey(each)) ?? "") ?? null);
}

/** Returns the current version of that name, or null. */
export async function versionByName(
  store: Pick<Store, "models" | "modelVersions">,
  requested: VersionName,
): Promise<ModelVersion | null> {
  return (await versionsByName(store, [requested]))[0] ?? null;
}

/** Returns the alias that was used, or null if it was the name. */
export const usedAlias = ({ name }: { readonly name: string }, requested: VersionName): string | null =>
  requested.name === name ? null : requested.name;

/** Returns the keys of the current versions that have these aliases, by the names that were asked for. */
export async function keysOfAliases(
  { models, modelVersions }: Pick<Store, "models" | "modelVersions">,
  requested: readonly VersionName[],
): Promise<ReadonlyMap<string, string>> {
  // An alias is never empty.
  const wanted = requested.filter(({ name }) => name !== "");
  if (wanted.length === 0) return new Map();
  const foundModels = await findCurrentByKeys(models, [...new Set(wanted.map(({ model }) => keyOf(model)))]);
  const modelNames = new Map(foundModels.map(({ _id, name }) => [_id, name]));
  const aliases = [...new Set(wanted.map(({ name }) => name))];
  if (modelNames.size === 0) return new Map();
  // Each alias has one current version per model: one batch holds all.
  const holders = (await modelVersions
    .find(
      { model: trusted({ $in: [...modelNames.keys()] }), aliases: trusted({ $in: aliases }), superseded: false },
      { key: 1, model: 1, aliases: 1 },
    )
    .batchSize(modelNames.size * aliases.length + 1)
    .lean()) as Pick<ModelVersion, "key" | "model" | "aliases">[];
  const keys = new Map(
    holders.flatMap(({ key, model, aliases: all }) =>
      all.map((alias): [string, string] => [keyOf(modelNames.get(model) ?? "", alias), key]),
    ),
  );
  return new Map(wanted.map(nameKey).flatMap((name) => (keys.has(name) ? [[name, keys.get(name)!]] : [])));
}
