import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { ulid } from "ulid";
import { describe, expect, test } from "vitest";
import { openConnection } from "../../src/open-connection.js";
import { openApp } from "../../src/open-app.js";
import { readSettings } from "../../src/settings.js";
import { describeWithDocker, dockerCommand } from "./support/engine.js";

/** Processes over one database and one folder, with the real engine. */
async function openInstallation() {
  const folder = await mkdtemp(join(tmpdir(), "rocas-"));
  const settings = readSettings({
    MONGODB_URI: process.env["MONGODB_URI"],
    DOCKER_HOST: process.env["DOCKER_HOST"],
    ROCAS_DATA: folder,
  });
  const databaseName = `rocas_test_${ulid().toLowerCase()}`;
  return {
    open: () => openApp(settings, pino({ level: "silent" }), { databaseName }),
    async [Symbol.asyncDispose]() {
      const uri = process.env["MONGODB_URI"];
      await using opened = await openConnection({ mongodbUri: uri, dataFolder: folder, databaseName });
      await opened.connection.dropDatabase();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe.skipIf(!process.env["MONGODB_URI"])("processes that share a MongoDB (skipped without MONGODB_URI)", () => {
  describeWithDocker("and an engine", () => {
    test("the network goes with the last of them, and not before", { timeout: 60_000 }, async () => {
      await using installation = await openInstallation();
      const [one, two] = [await installation.open(), await installation.open()];
      const { store, runtime } = one.app;
      const cluster = (await store.installation.findOne({ _id: "cluster" }))!.value;
      const networks = () => dockerCommand("network", "ls", "-q", "--filter", `label=rocas.cluster=${cluster}`);
      await runtime.runApiHost();
      const before = networks();

      await one[Symbol.asyncDispose]();
      const between = networks();
      await two[Symbol.asyncDispose]();

      expect([before !== "", between]).toEqual([true, before]);
      expect(networks()).toBe("");
    });
  });
});
