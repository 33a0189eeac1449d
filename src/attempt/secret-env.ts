import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { ChestKey, type EnvVariable } from "../graph/env-variable.js";
import { maskSecrets } from "../jobs/append-log.js";
import type { Job } from "../jobs/job.js";
import { ContainerRefusedError } from "../runtime/runtime.js";
import { findByIds } from "../store/read-records.js";

const envOf = ({ spec }: Pick<Job, "spec">): readonly EnvVariable[] => (spec.kind === "BUILD" ? [] : (spec.env ?? []));

/** A shorter value is no secret, and occurs in any text. */
const MIN_SECRET_LENGTH = 4;

/**
 * Returns the secret file with the variables of a job's containers; none if it has no variable. The values of treasure
 * chests are in no record and in no environment that the engine shows.
 * @throws ContainerRefusedError if a chest has been deleted since, or has another secret
 */
export async function envFile(
  { store, vault }: Pick<App, "store" | "vault">,
  job: Pick<Job, "spec">,
): Promise<Record<string, string>> {
  const env = envOf(job);
  if (env.length === 0) return {};
  await requireSameChests(store, env);
  const values = await Promise.all(env.map(async (each) => [each.name, await valueOf(vault, each)] as const));
  const secret = env.filter(({ chest_id }) => chest_id).map(({ name }) => name);
  return { env: JSON.stringify({ values: Object.fromEntries(values), secret }) };
}

/** The vault keeps earlier secrets of a chest, which may be revoked: only its present one is given out. */
async function requireSameChests({ treasureChests }: App["store"], env: readonly EnvVariable[]): Promise<void> {
  const ids = env.flatMap(({ chest_id }) => chest_id ?? []);
  if (ids.length === 0) return;
  const versions = new Map((await findByIds(treasureChests, ids)).map((each) => [each._id, each.secret_version]));
  const changed = env.find(({ chest_id, chest_version }) => chest_id && versions.get(chest_id) !== chest_version);
  if (changed) throw chestChanged(changed);
}

const chestChanged = ({ chest, name }: EnvVariable) =>
  new ContainerRefusedError(
    `the treasure chest ${chest} of the variable ${name} has been deleted, or holds another secret since: start it anew`,
  );

async function valueOf(vault: App["vault"], variable: EnvVariable) {
  const { value, chest_id, chest_version, key } = variable;
  if (!chest_id) return value ?? "";
  try {
    const { username, password } = await vault.open(chest_id, chest_version ?? 0);
    return key === ChestKey.USERNAME ? username : password;
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
    throw chestChanged(variable);
  }
}

/** Returns the values of treasure chests in a job's environment, for the masking of its output. Of a lost chest: none. */
export async function secretsOf({ vault }: Pick<App, "vault">, job: Pick<Job, "spec">): Promise<string[]> {
  const fromChests = envOf(job).filter(({ chest_id }) => chest_id);
  const values = await Promise.all(
    fromChests.map((each) =>
      valueOf(vault, each).catch((error: unknown) => {
        if (error instanceof ContainerRefusedError) return "";
        throw error;
      }),
    ),
  );
  return values.filter((value) => value.length >= MIN_SECRET_LENGTH);
}

/** Returns the end of a container's output, with stars for secrets. @throws RUNTIME_UNAVAILABLE */
export async function lastOutput(
  { runtime, vault }: Pick<App, "runtime" | "vault">,
  job: Pick<Job, "spec">,
  container: string,
): Promise<string> {
  return maskSecrets(await runtime.lastOutput(container), await secretsOf({ vault }, job));
}
