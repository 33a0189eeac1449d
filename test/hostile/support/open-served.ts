import { PassThrough } from "node:stream";
import { Disposables } from "../../../src/disposables.js";
import { routesOf } from "../../../src/http-routes.js";
import type { Limits } from "../../../src/http/limits/limits.js";
import { openLogger } from "../../../src/logger.js";
import { requestContext } from "../../../src/request-context.js";
import { startServer } from "../../../src/start-server.js";
import { openTestApp, type TestApp } from "../../support/open-test-app.js";
import { type Door, doorOf } from "./door.js";

export interface Served extends Door, AsyncDisposable {
  readonly url: string;
  readonly app: TestApp;
  /** What the server has logged. */
  log(): string;
}

/** The real server, listening, over the whole app with fakes for the engine. */
export async function openServed(
  environment: Record<string, string> = {},
  limits: Partial<Limits> = {},
): Promise<Served> {
  const stack = new Disposables();
  const opened = stack.use(await openTestApp(environment));
  const lines = new PassThrough();
  let log = "";
  lines.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const server = await startServer({
    settings: { ...opened.app.settings, PORT: 0 },
    schema: opened.schema,
    contextOf: (caller, limit, selected) => requestContext(opened.app, caller, limit, selected),
    routes: routesOf(opened.app),
    limits,
    logger: openLogger("debug", lines),
    readiness: () => Promise.resolve({ ok: true, detail: {} }),
  });
  stack.defer(() => server.close());

  return {
    url: server.url,
    app: opened,
    ...doorOf(server.url),
    log: () => log,
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}
