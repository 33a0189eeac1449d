import type { App } from "./app.js";
import { stateOfDeployment } from "./deployment/fill-replica-table.js";
import { openDownload } from "./files/open-file.js";
import { receiveFile, receiveRest, uploadProgress } from "./files/receive-file.js";
import { filesRoute } from "./http/files.js";
import type { HttpRoute } from "./http/route.js";
import { predictRoute } from "./router/predict.js";

/** Returns the HTTP routes beside GraphQL: files by ticket, and predictions. */
export const routesOf = (app: App): readonly HttpRoute[] => [
  filesRoute({
    vault: app.vault,
    receive: (ticket, content) => receiveFile(app, ticket, content),
    receiveRest: (ticket, content, offset) => receiveRest(app, ticket, content, offset),
    progress: (ticket) => uploadProgress(app, ticket),
    open: (ticket) => openDownload(app, ticket),
  }),
  predictRoute({
    table: app.replicaTable,
    stateOf: (proj, name) => stateOfDeployment(app, proj, name),
    tokens: { token: app.settings.ROCAS_TOKEN, predictToken: app.settings.ROCAS_PREDICT_TOKEN },
  }),
];
