import { openConnection } from "../../../src/open-connection.js";
import { openStore } from "../../../src/open-store.js";
import { dockerCommand } from "./engine.js";

/** What Docker's command line prints, without empty lines. */
export const engineLines = (...words: string[]): string[] =>
  dockerCommand(...words)
    .split("\n")
    .filter(Boolean);

const KINDS = { container: ["ps", "-aq"], volume: ["volume", "ls", "-q"], network: ["network", "ls", "-q"] } as const;

/** The containers, volumes and networks of the server of this data folder. The server has stopped. */
export async function leftOnEngine(dataFolder: string): Promise<string[]> {
  const { cluster } = await madeBy(dataFolder);
  return Object.entries(KINDS).flatMap(([kind, words]) => ofCluster(cluster, words).map((each) => `${kind} ${each}`));
}

/** Removes from the engine what the server of this data folder made there. The server has stopped. */
export async function removeFromEngine(dataFolder: string, keepSteps: boolean): Promise<void> {
  const { cluster, projects } = await madeBy(dataFolder);
  for (const container of ofCluster(cluster, KINDS.container)) dockerCommand("rm", "-fv", container);
  for (const volume of ofCluster(cluster, KINDS.volume)) dockerCommand("volume", "rm", volume);
  for (const network of ofCluster(cluster, KINDS.network)) dockerCommand("network", "rm", network);
  const how = keepSteps ? ["--no-prune"] : [];
  for (const project of projects)
    for (const image of engineLines("images", "--format", "{{.Repository}}:{{.Tag}}", `rocas/${project}`))
      dockerCommand("rmi", ...how, image);
}

const ofCluster = (cluster: string, words: readonly string[]): string[] =>
  engineLines(...words, "--filter", `label=rocas.cluster=${cluster}`);

async function madeBy(dataFolder: string): Promise<{ cluster: string; projects: string[] }> {
  await using opened = await openConnection({ dataFolder });
  const store = await openStore(opened.connection, () => opened.serverTime());
  const kept = await store.installation.findOne({ _id: "cluster" });
  if (!kept) throw new Error("The server has not named its cluster.");
  return { cluster: String(kept.value), projects: (await store.projects.find().lean()).map(({ _id }) => _id) };
}
