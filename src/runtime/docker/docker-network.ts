import { DomainError } from "../../errors.js";
import type { DockerEngine } from "./docker-engine.js";
import type { EngineNetwork } from "./engine-answers.js";
import { hasStatus } from "./engine-dial.js";

const DUPLICATE_TIMEOUT_MS = 5_000;
const ALLOWS_CONTAINER_TRAFFIC = "com.docker.network.bridge.enable_icc";

/**
 * Returns the network of a cluster's containers, and makes it if it is missing. They reach its gateway, but neither
 * each other nor anything outside. All share one, since an engine has room for about thirty. Podman drops the option
 * that keeps them from each other.
 * @throws CONFLICT if a foreign network has the name
 */
export async function ensureNetwork(engine: DockerEngine, cluster: string): Promise<{ id: string; gateway: string }> {
  const name = `rocas-${cluster}`;
  if ((await networksNamed(engine, name)).length === 0) await createSoleNetwork(engine, name, cluster);
  const network = await waitForSoleNetwork(engine, name, cluster);
  const own = network.Labels?.["rocas.cluster"] === cluster;
  const { separatesContainers } = await engine.dialect();
  const isOpen = separatesContainers && network.Options?.[ALLOWS_CONTAINER_TRAFFIC] !== "false";
  if (!own || !network.Internal || isOpen)
    throw new DomainError(
      "CONFLICT",
      `The engine has a network ${name} that is not ours or lets its containers out; remove it (docker network rm ${name}).`,
    );
  const gateway = network.IPAM.Config?.find((each) => each.Gateway)?.Gateway;
  if (!gateway)
    throw new DomainError("CONFLICT", `The network ${name} has no gateway; remove it (docker network rm ${name}).`);
  return { id: network.Id, gateway: gateway.split("/")[0]! };
}

/** Removes the network of a cluster. The engine refuses if it has containers, and it stays. */
export async function removeEmptyNetwork(engine: DockerEngine, cluster: string): Promise<void> {
  const own = (await networksNamed(engine, `rocas-${cluster}`)).filter(
    ({ Labels }) => Labels?.["rocas.cluster"] === cluster,
  );
  for (const { Id } of own) {
    try {
      await engine.removeNetwork(Id);
    } catch (error) {
      if (!hasStatus(error, 403, 409)) throw error;
    }
  }
}

/**
 * Names of networks are not unique. If several are made at once, the oldest stays, and the other makers remove theirs.
 */
async function createSoleNetwork(engine: DockerEngine, name: string, cluster: string): Promise<void> {
  const made = await createNetwork(engine, name, cluster);
  const [oldest] = await networksNamed(engine, name);
  if (made && oldest && made !== oldest.Id) await engine.removeNetwork(made);
}

/** While there are two, the engine starts no container on either ("ambiguous"). */
async function waitForSoleNetwork(engine: DockerEngine, name: string, cluster: string): Promise<EngineNetwork> {
  const until = performance.now() + DUPLICATE_TIMEOUT_MS;
  for (;;) {
    const [oldest, ...duplicates] = await networksNamed(engine, name);
    if (!oldest) throw new Error(`The engine lost the network ${name}.`);
    if (duplicates.length === 0) return oldest;
    if (performance.now() > until) return removeDuplicates(engine, oldest, duplicates, cluster);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// Their makers died before they removed them. The engine refuses to remove a network with containers, and it stays.
async function removeDuplicates(
  engine: DockerEngine,
  oldest: EngineNetwork,
  duplicates: EngineNetwork[],
  cluster: string,
) {
  const foreign = duplicates.find((each) => each.Labels?.["rocas.cluster"] !== cluster);
  if (foreign)
    throw new DomainError("CONFLICT", `The engine has another network ${oldest.Name}; remove ${foreign.Id}.`);
  for (const each of duplicates) await engine.removeNetwork(each.Id);
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
      Options: { [ALLOWS_CONTAINER_TRAFFIC]: "false" },
      Labels: { "rocas.cluster": cluster },
    });
    return made?.Id ?? null;
  } catch (error) {
    if (hasStatus(error, 409)) return null;
    throw error;
  }
}

/** Returns the oldest first. */
async function networksNamed(engine: DockerEngine, name: string): Promise<EngineNetwork[]> {
  const found = (await engine.networks(name)).filter((each) => each.Name === name);
  return found.sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
}
