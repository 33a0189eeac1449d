import { expect, test } from "vitest";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";
import { PersistentWriter, writeAndKill } from "./support/persistent-writer.js";

// What costs is the start of a server: the store alone is killed some hundred times in a test of its own.
const KILLS = 15;
const WRITERS = 8;
const MOST_ACKNOWLEDGEMENTS = 40;
/** About as long as one request takes. */
const MOST_MS = 25;

const upTo = (most: number): number => Math.floor(Math.random() * (most + 1));

/** Ends the server again and again at some moment while all of them write, and looks after each start for what it said. */
async function killAgainAndAgain(environment: Readonly<Record<string, string>>, writers: readonly PersistentWriter[]) {
  for (let kill = 0; kill < KILLS; kill++) {
    await using server = await startServerProcess(environment);
    await Promise.all(writers.map((writer) => writer.check(server.url)));
    await writeAndKill(writers, server, { acknowledgements: upTo(MOST_ACKNOWLEDGEMENTS), ms: upTo(MOST_MS) });
  }
}

// It runs on the embedded store whatever the address says: once is enough for a suite that is run on both.
const onEmbeddedStore = test.skipIf(process.env["MONGODB_URI"]);

onEmbeddedStore(
  "a server killed at any moment loses nothing that it acknowledged",
  { timeout: 1_200_000 },
  async () => {
    await using folder = await openTempFolder();
    // No engine is needed: the store is what is tried.
    const environment = {
      MONGODB_URI: "",
      ROCAS_DATA: folder.path,
      DOCKER_HOST: `unix://${folder.path}/none.sock`,
      LOG_LEVEL: "silent",
    };
    const writers = Array.from({ length: WRITERS }, (_, index) => new PersistentWriter(`writer-${index}`));

    await killAgainAndAgain(environment, writers);

    await using server = await startServerProcess(environment);
    await Promise.all(writers.map((writer) => writer.check(server.url)));
    await Promise.all(writers.map((writer) => writer.checkAll(server.url)));
    const { models, projects } = await server.execute("{ models { totalCount } projects { totalCount } }");
    const made = (mutation: "createModel" | "createProject") =>
      writers.reduce((sum, writer) => sum + writer.made(mutation), 0);
    expect([models.totalCount, projects.totalCount]).toEqual([made("createModel"), made("createProject")]);
    expect(made("createProject")).toBeGreaterThan(KILLS);
  },
);
