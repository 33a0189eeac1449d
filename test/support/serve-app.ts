import { pino } from "pino";
import { openDownload } from "../../src/files/open-download.js";
import { receiveFile } from "../../src/files/receive-file.js";
import { filesRoute } from "../../src/http/files.js";
import { startServer } from "../../src/http/start-server.js";
import { requestContext } from "../../src/request-context.js";
import { predictRoute } from "../../src/router/predict.js";
import type { TestApp } from "./open-test-app.js";

/** The server that people start, listening, over an app of a test. */
export async function serveApp({ app, schema }: TestApp) {
  const { settings } = app;
  const server = await startServer({
    settings: { ...settings, PORT: 0 },
    schema,
    contextOf: (caller) => requestContext(app, caller),
    routes: [
      filesRoute({
        vault: app.vault,
        receive: (ticket, content) => receiveFile(app, ticket, content),
        open: (ticket) => openDownload(app, ticket),
      }),
      predictRoute({
        table: app.routes,
        tokens: { token: settings.ROCAS_TOKEN, predictToken: settings.ROCAS_PREDICT_TOKEN },
      }),
    ],
    logger: pino({ level: process.env["LOG_LEVEL"] ?? "silent" }),
    readiness: () => Promise.resolve({ ok: true, detail: {} }),
  });
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
}
