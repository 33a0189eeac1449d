import mongoose, { type mongo } from "mongoose";
import { pino } from "pino";
import { startServer } from "../../../src/start-server.js";
import { requestContext } from "../../../src/request-context.js";
import { readSettings } from "../../../src/settings.js";
import { openStore } from "../../../src/open-store.js";
import { openTestApp, type TestApp } from "../../../test/support/open-test-app.js";

export interface RocasServer extends AsyncDisposable {
  readonly url: string;
  readonly app: TestApp;
  /** What was asked of it while something was done: requests, and the commands that the driver sent for them. */
  during<T>(act: () => Promise<T>): Promise<{ answer: T; requests: number; commands: string[] }>;
}

export const TOKEN = "correct-horse-battery-staple";

/** Rocas itself, listening, with the token that operators give it; its requests have a database connection of their own. */
export async function startRocas(): Promise<RocasServer> {
  const app = await openTestApp();
  const { connection } = app.app.store;
  const uri = (connection.getClient() as unknown as { s: { url: string } }).s.url;
  const instance = new mongoose.Mongoose({ sanitizeFilter: true, strictQuery: "throw", autoIndex: false });
  const own = await instance
    .createConnection(uri, { dbName: connection.name, monitorCommands: true, autoIndex: false, autoCreate: false })
    .asPromise();
  const store = await openStore(own, () => app.app.store.now());
  let requests = 0;
  let commands: string[] = [];
  own.getClient().on("commandStarted", ({ commandName, command }: mongo.CommandStartedEvent) => {
    commands.push(`${commandName} ${String(command[commandName])}`);
  });
  const server = await startServer({
    settings: { ...readSettings({ ROCAS_TOKEN: TOKEN }), PORT: 0 },
    schema: app.schema,
    contextOf: (caller, limit) => {
      requests += 1;
      return requestContext({ ...app.app, store }, caller, limit);
    },
    routes: [],
    logger: pino({ level: "silent" }),
    readiness: () => Promise.resolve({ ok: true, detail: {} }),
  });
  return {
    url: `${server.url}/graphql`,
    app,
    async during(act) {
      requests = 0;
      commands = [];
      return { answer: await act(), requests, commands: [...commands].sort() };
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await own.close();
      await app[Symbol.asyncDispose]();
    },
  };
}
