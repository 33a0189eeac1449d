import { pino } from "pino";
import { routesOf } from "../../src/http-routes.js";
import { requestContext } from "../../src/request-context.js";
import { startServer } from "../../src/start-server.js";
import type { TestApp } from "./open-test-app.js";

/** The server that people start, listening, over an app of a test. */
export async function serveApp({ app, schema }: TestApp) {
  const server = await startServer({
    settings: { ...app.settings, PORT: 0 },
    schema,
    contextOf: (caller, limit, selected) => requestContext(app, caller, limit, selected),
    routes: routesOf(app),
    logger: pino({ level: process.env["LOG_LEVEL"] ?? "silent" }),
    readiness: () => Promise.resolve({ ok: true, detail: {} }),
  });
  return { url: server.url, live: () => server.live(), [Symbol.asyncDispose]: () => server.close() };
}
