import { DomainError } from "../../errors.js";
import type { DockerEngine } from "./docker-engine.js";
import type { SeenNetwork } from "./engine-answers.js";
import { hasStatus } from "./engine-errors.js";

const NO_TALK = "com.docker.network.bridge.enable_icc";

/**
 * The network of all containers of a cluster, made where it is missing: they reach its gateway, neither each other nor
 * anything outside. One for all, since an engine has room for about thirty.
 * @throws CONFLICT where a network of somebody else has the name.
 */
export async function clusterNetwork(engine: DockerEngine, cluster: string): Promise<{ id: string; gateway: string }> {
  const name = `rocas-${cluster}`;
  const seen = await firstNamed(engine, name);
  const network = seen ?? (await makeNetwork(engine, name, cluster));
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

async function makeNetwork(engine: DockerEngine, name: string, cluster: string): Promise<SeenNetwork> {
  const made = await createNetwork(engine, name, cluster);
  const first = await firstNamed(engine, name);
  if (!first) throw new Error(`The engine lost the network ${name} that it made.`);
  // Two processes may both have made one: names of networks are not unique. Each takes the older, the later takes its
  // own back, which nobody else has met.
  if (made && made !== first.Id) await engine.removeNetwork(made);
  return first;
}

async function createNetwork(engine: DockerEngine, name: string, cluster: string): Promise<string | null> {
  try {
    const { Id } = await engine.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Driver: "bridge",
      Internal: true,
      EnableIPv6: false,
      Options: { [NO_TALK]: "false" },
      Labels: { "rocas.cluster": cluster },
    });
    return Id;
  } catch (error) {
    if (hasStatus(error, 409)) return null;
    throw error;
  }
}

async function firstNamed(engine: DockerEngine, name: string): Promise<SeenNetwork | undefined> {
  const named = (await engine.networks(name)).filter((each) => each.Name === name);
  return named.sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id))[0];
}
