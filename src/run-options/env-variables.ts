import { DomainError, notFound } from "../errors.js";
import { ChestKey, type EnvVariable, type EnvVariableInput } from "../graph/env-variable.js";
import { findCurrentByKeys } from "../store/read-records.js";
import type { Store } from "../store/store.js";

const MAX_VARIABLES = 100;
const MAX_BYTES = 64 * 1024;

type Path = readonly (string | number)[];

/**
 * Returns variables as they are stored. A value from a treasure chest is not: the chest and the number of its secret are.
 * @throws BAD_USER_INPUT, LIMIT_EXCEEDED, NOT_FOUND for a missing chest, CONFLICT if it is being deleted
 */
export async function storedEnv(
  { treasureChests }: Pick<Store, "treasureChests">,
  input: readonly EnvVariableInput[],
  path: Path,
): Promise<EnvVariable[]> {
  checkSize(input, path);
  const names = input.flatMap(({ chest }) => (chest == null ? [] : [chest]));
  const chests = new Map((await findCurrentByKeys(treasureChests, names)).map((each) => [each.name, each]));
  return input.map(({ name, value = null, chest = null, key = null }, at) => {
    const own = [...path, at];
    if (input.findIndex((each) => each.name === name) < at)
      throw new DomainError("BAD_USER_INPUT", "This variable is there twice: leave one out.", [...own, "name"]);
    if (chest === null) {
      if (value === null || key !== null)
        throw new DomainError("BAD_USER_INPUT", "A variable has a `value`, or a `chest` and perhaps a `key`.", own);
      return { name, value, chest, key, chest_id: null, chest_version: null };
    }
    if (value !== null)
      throw new DomainError("BAD_USER_INPUT", "A variable with a `chest` has no `value` beside it.", own);
    const found = chests.get(chest);
    if (!found) throw notFound("treasure chest", [...own, "chest"]);
    if (found.deleting)
      throw new DomainError("CONFLICT", "The treasure chest is being deleted: name another.", [...own, "chest"]);
    return {
      name,
      value: null,
      chest,
      key: key ?? ChestKey.PASSWORD,
      chest_id: found._id,
      chest_version: found.secret_version,
    };
  });
}

function checkSize(input: readonly EnvVariableInput[], path: Path): void {
  const bytes = input.reduce((sum, { name, value }) => sum + Buffer.byteLength(name + (value ?? "")), 0);
  if (input.length > MAX_VARIABLES || bytes > MAX_BYTES)
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `A container has ${MAX_VARIABLES} variables and 64 KiB of them at most.`,
      path,
    );
}

/**
 * Returns the variables of a container: those of the request, and those of the project that it does not name. Null for
 * none. The chests of the project are looked up again.
 * @throws as `storedEnv`
 */
export async function runEnv(
  store: Pick<Store, "treasureChests">,
  input: readonly EnvVariableInput[] | null | undefined,
  ofProject: readonly EnvVariable[] | null | undefined,
): Promise<EnvVariable[] | null> {
  const own = await storedEnv(store, input ?? [], ["input", "env"]);
  const names = new Set(own.map(({ name }) => name));
  const others = (ofProject ?? []).filter(({ name }) => !names.has(name));
  const defaults = await storedEnv(
    store,
    others.map(({ name, value = null, chest = null, key = null }) => ({ name, value, chest, key })),
    ["input", "proj"],
  );
  const all = [...defaults, ...own];
  return all.length === 0 ? null : all;
}
