import { claim } from "./claim.js";
import type { Endpoint } from "./call.js";
import { complete } from "./complete.js";
import { fetchFile, lazyVersion } from "./fetch.js";
import { heartbeat } from "./heartbeat.js";
import { log } from "./log.js";
import { output } from "./output.js";
import { publish } from "./publish.js";
import { ready } from "./ready.js";
import { upload, uploadState } from "./upload.js";

/** A star stands for one part of the path, which the endpoint is given. */
const ROUTES: Readonly<Record<string, Endpoint>> = {
  "POST /claim": claim,
  "POST /heartbeat": heartbeat,
  "POST /log": log,
  "PUT /output": output,
  "POST /publish": publish,
  "PUT /uploads/*/*": upload,
  "PATCH /uploads/*/*": upload,
  "HEAD /uploads/*/*": uploadState,
  "POST /ready": ready,
  "POST /complete": complete,
  "GET /records/*/files/*": fetchFile,
  "GET /lazy/*/*": lazyVersion,
};

const PATTERNS = Object.entries(ROUTES).map(([route, endpoint]) => ({ wanted: route.split(/[ /]+/), endpoint }));

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export interface Route {
  readonly endpoint: Endpoint;
  readonly parts: readonly string[];
}

/** Paths are matched part by part as they were sent, and decoded once: what is encoded cannot become another path. */
export function routeOf(method: string, path: string): Route | null {
  const sent = [method, ...path.split("/").slice(1)];
  for (const { wanted, endpoint } of PATTERNS) {
    if (wanted.length !== sent.length || !wanted.every((each, at) => each === "*" || each === sent[at])) continue;
    const parts = sent.filter((_, at) => wanted[at] === "*").map(decoded);
    return parts.every((each) => each !== null) ? { endpoint, parts } : null;
  }
  return null;
}
