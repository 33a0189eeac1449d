import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { graphql, type GraphQLSchema } from "graphql";
import { pino } from "pino";
import type { App } from "../../src/app.js";
import { openApp } from "../../src/open-app.js";
import { requestContext } from "../../src/request-context.js";
import { rocasSchema } from "../../src/schema.js";
import { readSettings, type Settings } from "../../src/settings.js";
import { FakeImageBuilder } from "../fakes/fake-image-builder.js";
import { FakeRuntime } from "../fakes/fake-runtime.js";
import { Seed } from "./seed.js";
import { type Subscribed, subscribed } from "./subscribed.js";
import { giveBack, lendDatabase } from "./test-database.js";
import { type Answer, told } from "./told.js";
import { openWatch, type Watched } from "./watched.js";

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly schema: GraphQLSchema;
  readonly runtime: FakeRuntime;
  readonly imageBuilder: FakeImageBuilder;
  readonly seed: Seed;
  execute(document: string, variables?: Record<string, unknown>, caller?: string): Promise<Answer>;
  /** Resolves when the subscription has begun: what happens from then on is heard. */
  subscribe(document: string, variables?: Record<string, unknown>, caller?: string): Promise<Subscribed>;
  /** The answer to a query, and the commands that the driver sent for it, as `find deployments`. */
  watched(document: string, variables?: Record<string, unknown>): Promise<Watched>;
  /** Resolves when no work is left to do. */
  settled(): Promise<void>;
  /** What another process over the same database is; on the embedded store, which has one process, this app itself. */
  beside(): Promise<TestApp>;
}

let schemaOnce: Promise<{ schema: GraphQLSchema }> | undefined;

/** An app with a database of its own on the embedded store, or on MONGODB_URI where it is set, and fakes for the engine. */
export async function openTestApp(environment: Record<string, string> = {}): Promise<TestApp> {
  const folder = await mkdtemp(join(tmpdir(), "rocas-"));
  // Beside a MongoDB no key is made by itself.
  const key = join(folder, "master.key");
  await writeFile(key, randomBytes(32), { mode: 0o400 });
  const settings = readSettings({
    ...(process.env["MONGODB_URI"] ? { ROCAS_KEY_FILE: key } : {}),
    MONGODB_URI: process.env["MONGODB_URI"],
    ROCAS_DATA: folder,
    ROCAS_RUN_HOST: "127.0.0.1",
    ROCAS_PROFILES: `{"large": {"cpus": 8}}`,
    ...environment,
  });
  const engine = { runtime: new FakeRuntime(), imageBuilder: new FakeImageBuilder() };
  const databaseName = await lendDatabase();
  return openOver(settings, databaseName, engine, async () => {
    giveBack(databaseName);
    await rm(folder, { recursive: true, force: true });
  });
}

async function openOver(
  settings: Settings,
  databaseName: string,
  engine: Pick<TestApp, "runtime" | "imageBuilder">,
  after: () => Promise<void>,
): Promise<TestApp> {
  const logger = pino({ level: process.env["LOG_LEVEL"] ?? "silent" });
  const opened = await openApp(settings, logger, { databaseName, engine });
  const { schema } = await (schemaOnce ??= rocasSchema());
  const execute = async (
    source: string,
    variableValues?: Record<string, unknown>,
    caller = "local",
  ): Promise<Answer> => {
    const contextValue = requestContext(opened.app, { name: caller });
    const { data, errors } = await graphql({ schema, source, variableValues, contextValue });
    return JSON.parse(JSON.stringify({ data, errors: errors?.map(told) })) as Answer;
  };
  const app: TestApp = {
    app: opened.app,
    schema,
    ...engine,
    execute,
    subscribe: (source, variableValues, caller) =>
      subscribed(opened.app, schema, { source, variableValues, caller }).begun(),
    seed: new Seed(execute),
    async watched(source, variableValues) {
      await using watch = await openWatch(opened.app, schema);
      // Awaited here, or the connection would be closed meanwhile.
      return await watch.ask({ source, variableValues });
    },
    settled: () => opened.settled(),
    beside: async () =>
      settings.MONGODB_URI ? openOver(settings, databaseName, engine, () => Promise.resolve()) : itself(app),
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      await after();
    },
  };
  return app;
}

const itself = (app: TestApp): TestApp => ({ ...app, [Symbol.asyncDispose]: () => Promise.resolve() });
