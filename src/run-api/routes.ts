import type { Route } from "../http/route.js";
import type { Endpoint } from "./call.js";
import { claim } from "./claim.js";
import { complete } from "./complete.js";
import { fetchFile, lazyVersion } from "./fetch.js";
import { heartbeat } from "./heartbeat.js";
import { log } from "./log.js";
import { output } from "./output.js";
import { publish } from "./publish.js";
import { ready } from "./ready.js";
import { upload, uploadState } from "./upload.js";

/** All that a container may ask for. */
export const RUN_ROUTES: readonly Route<Endpoint>[] = [
  { method: "POST", path: "/claim", endpoint: claim },
  { method: "POST", path: "/heartbeat", endpoint: heartbeat },
  { method: "POST", path: "/log", endpoint: log },
  { method: "PUT", path: "/output", endpoint: output },
  { method: "POST", path: "/publish", endpoint: publish },
  { method: "PUT", path: "/uploads/*/*", endpoint: upload },
  { method: "PATCH", path: "/uploads/*/*", endpoint: upload },
  { method: "HEAD", path: "/uploads/*/*", endpoint: uploadState },
  { method: "POST", path: "/ready", endpoint: ready },
  { method: "POST", path: "/complete", endpoint: complete },
  { method: "GET", path: "/records/*/files/*", endpoint: fetchFile },
  { method: "GET", path: "/lazy/*/*", endpoint: lazyVersion },
];
