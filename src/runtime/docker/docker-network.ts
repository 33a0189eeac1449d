import { DomainError } from "../../errors.js";
import type { DockerEngine } from "./docker-engine.js";
import type { SeenNetwork } from "./engine-answers.js";
import { hasStatus } from "./engine-errors.js";

const MAKERS_TIME = 5_000;
const NO_TALK = "com.docker.network.bridge.enable_icc";

/**
 * The network of all containers of a cluster, made if it is missing: they reach its gateway, neither each other nor
 * anything outside. One for all, since an engine has room for about thirty.
 * @throws CONFLICT if a network of somebody else has the name.
 */
export async function clusterNetwork(engine: DockerEngine, cluster: string): Promise<{ id: string; gateway: string }> {
  const name = `rocas-${cluster}`;
  if ((await named(engine, name)).length === 0) await makeNetwork(engine, name, cluster);
  const network = await onlyNamed(engine, name, cluster);
  const ours = network.Labels?.["rocas.cluster"] === cluster;
  if (!ours || !network.Internal || network.Options?.[NO_TALK] !== "false")
    throw new DomainError(
      "CONFLICT",
      `The engine has a network ${name} that is not ours or lets its containers out; remove it (docker network rm ${name}).`,
    );
  const gateway = network.IPAM.Config?.find((each) => each.Gateway)?.Gateway;
  if (!gateway)
    throw new DomainError("CONFLICT", `The network ${name} has no gateway; remove it (docker network rm ${name}).`);
  return { id: network.Id, gateway: gateway.split("/")[0]! };
}

/** Removes the network of a cluster. One with containers on it stays: the engine refuses. */
export async function removeEmptyNetwork(engine: DockerEngine, cluster: string): Promise<void> {
  const ours = (await named(engine, `rocas-${cluster}`)).filter(({ Labels }) => Labels?.["rocas.cluster"] === cluster);
  for (const { Id } of ours) {
    try {
      await engine.removeNetwork(Id);
    } catch (error) {
      if (!hasStatus(error, 403, 409)) throw error;
    }
  }
}

/** Names of networks are not unique: of several that were made at once the oldest stays, each maker takes its own back. */
async function makeNetwork(engine: DockerEngine, name: string, cluster: string): Promise<void> {
  const made = await createNetwork(engine, name, cluster);
  const [oldest] = await named(engine, name);
  if (made && oldest && made !== oldest.Id) await engine.removeNetwork(made);
}

/** While there are two, the engine starts no container on either ("ambiguous"). */
async function onlyNamed(engine: DockerEngine, name: string, cluster: string): Promise<SeenNetwork> {
  const until = performance.now() + MAKERS_TIME;
  for (;;) {
    const [oldest, ...later] = await named(engine, name);
    if (!oldest) throw new Error(`The engine lost the network ${name}.`);
    if (later.length === 0) return oldest;
    if (performance.now() > until) return removingLater(engine, oldest, later, cluster);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Their makers died before they took them back. One with containers on it stays: the engine refuses.
async function removingLater(engine: DockerEngine, oldest: SeenNetwork, later: SeenNetwork[], cluster: string) {
  const foreign = later.find((each) => each.Labels?.["rocas.cluster"] !== cluster);
  if (foreign)
    throw new DomainError("CONFLICT", `The engine has another network ${oldest.Name}; remove ${foreign.Id}.`);
  for (const each of later) await engine.removeNetwork(each.Id);
  return oldest;
}

async function createNetwork(engine: DockerEngine, name: string, cluster: string): Promise<string | null> {
  try {
    const made = await engine.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Driver: "bridge",
      Internal: true,
      EnableIPv6: false,
      Options: { [NO_TALK]: "false" },
      Labels: { "rocas.cluster": cluster },
    });
    return made?.Id ?? null;
  } catch (error) {
    if (hasStatus(error, 409)) return null;
    throw error;
  }
}

/** Oldest first. */
async function named(engine: DockerEngine, name: string): Promise<SeenNetwork[]> {
  const found = (await engine.networks(name)).filter((each) => each.Name === name);
  return found.sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
}
