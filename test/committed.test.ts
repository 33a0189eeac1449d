import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pino } from "pino";
import { openApp } from "../src/open-app.js";
import { rocasSchema } from "../src/schema.js";
import { readSettings } from "../src/settings.js";
import { FakeImageBuilder } from "./fakes/fake-image-builder.js";
import { FakeRuntime } from "./fakes/fake-runtime.js";
import { builtProject } from "./support/built-project.js";
import { Seed } from "./support/seed.js";
import { openTempFolder } from "./support/temp-folder.js";
import { giveBack, lendDatabase } from "./support/test-database.js";
import { openWatch } from "./support/watched.js";

const CREATE = `mutation ($input: CreateModelInput!) { createModel(input: $input) { id name } }`;

/** An installation that processes come to and leave. */
async function openInstallation() {
  const folder = await openTempFolder();
  const key = join(folder.path, "master.key");
  await writeFile(key, randomBytes(32), { mode: 0o400 });
  const { MONGODB_URI } = process.env;
  const settings = readSettings({
    MONGODB_URI,
    ...(MONGODB_URI && { ROCAS_KEY_FILE: key }),
    ROCAS_DATA: folder.path,
    ROCAS_RUN_HOST: "127.0.0.1",
  });
  const engine = { runtime: new FakeRuntime(), imageBuilder: new FakeImageBuilder() };
  const databaseName = await lendDatabase();
  const { schema } = await rocasSchema();
  return {
    runtime: engine.runtime,
    async start() {
      const opened = await openApp(settings, pino({ level: "silent" }), { databaseName, engine });
      return { ...opened, watch: await openWatch(opened.app, schema) };
    },
    async [Symbol.asyncDispose]() {
      giveBack(databaseName);
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.each([
  ["without an idempotency key", {}],
  ["under an idempotency key", { idempotencyKey: "once" }],
])("what is committed %s is answered as done, though the store goes away before it is relayed", async (_, key) => {
  await using installation = await openInstallation();
  const variableValues = { input: { name: "tulips", ...key } };
  let id = "";
  {
    await using first = await installation.start();
    await using asking = first.watch;
    await first.app.store.connection.close();

    const { data, errors } = await asking.ask({ source: CREATE, variableValues });

    expect(errors).toBeUndefined();
    id = data.createModel.id;
  }
  await using second = await installation.start();
  await expect.poll(() => second.app.store.events.countDocuments({ record: id })).toBe(1);
});

test("a repeat under the same key answers as the first, which was committed as the store went away", async () => {
  await using installation = await openInstallation();
  const variableValues = { input: { name: "tulips", idempotencyKey: "once" } };
  let first: unknown;
  {
    await using server = await installation.start();
    await using asking = server.watch;
    await server.app.store.connection.close();
    first = (await asking.ask({ source: CREATE, variableValues })).data;
  }
  await using server = await installation.start();
  await using asking = server.watch;

  const { data } = await asking.ask({ source: CREATE, variableValues });

  expect(data).toEqual(first);
  expect(await server.app.store.models.countDocuments()).toBe(1);
});

test.each([
  ["a training", "startTraining", "StartTrainingInput", { name: "run", notebook: "train.ipynb" }],
  ["a deployment", "deploy", "DeployInput", { name: "live", tag: "latest", notebook: "predict.ipynb" }],
])("%s that was committed as the store went away is carried out by the next process", async (_, field, type, input) => {
  await using installation = await openInstallation();
  {
    await using first = await installation.start();
    await using asking = first.watch;
    const seed = new Seed((source, variableValues) => asking.ask({ source, variableValues }));
    const { proj } = await builtProject({ app: first.app, seed });
    await first.app.store.connection.close();

    await seed.mutate(field, type, { proj: proj.name, ...input });
  }
  await using second = await installation.start();
  void second;

  await expect.poll(() => installation.runtime.observe(), { timeout: 10_000 }).toHaveLength(1);
});
