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
  // An alias is never empty.
  const others = requested.filter((each) => each.name !== "" && !byOwnName.has(nameKey(each)));
  const byAlias = others.length === 0 ? new Map<string, ModelVersion>() : await findByAlias(store, others);
  return requested.map((each) => byOwnName.get(nameKey(each)) ?? byAlias.get(nameKey(each)) ?? null);
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

async function findByAlias(
  { models, modelVersions }: Pick<Store, "models" | "modelVersions">,
  requested: readonly VersionName[],
): Promise<Map<string, ModelVersion>> {
  const foundModels = await findCurrentByKeys(models, [...new Set(requested.map(({ model }) => keyOf(model)))]);
  const modelNames = new Map(foundModels.map(({ _id, name }) => [_id, name]));
  const aliases = [...new Set(requested.map(({ name }) => name))];
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
  const versionKeys = new Set(requested.map((each) => keys.get(nameKey(each))).filter((key) => key !== undefined));
  if (versionKeys.size === 0) return new Map();
  const found = new Map((await findCurrentByKeys(modelVersions, [...versionKeys])).map((each) => [each.key, each]));
  return new Map(
    [...keys].flatMap(([name, key]): [string, ModelVersion][] => {
      const version = found.get(key);
      return version ? [[name, version]] : [];
    }),
  );
}
