import type { IncomingMessage, ServerResponse } from "node:http";

/** A place of a server, and what answers there. */
export interface Route<Endpoint> {
  /** Left out: any method; the endpoint refuses those that it does not take. */
  readonly method?: string;
  /** A star stands for one part of the path; with a slash at its end, the path stands for all that begins with it. */
  readonly path: string;
  readonly endpoint: Endpoint;
}

/**
 * A part of the server beside GraphQL. The Host and Origin checks come before it; nothing of the body has been read.
 * What it throws is answered as JSON: a DomainError with its code, anything else masked and logged.
 */
export interface HttpRoute extends Route<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  /** `token`: the server asks for ROCAS_TOKEN. `own`: the route checks who asks. */
  readonly auth: "token" | "own";
}

export interface RouteMatch<R> {
  readonly route: R;
  /** The texts in the places of the stars, decoded. */
  readonly parts: readonly string[];
}

/**
 * The first route that a request goes to; null if there is none. Paths are matched part by part as they were sent, and
 * decoded once: what is encoded cannot become another path.
 */
export function matchRoute<R extends Route<unknown>>(
  routes: readonly R[],
  method: string,
  path: string,
): RouteMatch<R> | null {
  for (const route of routes) {
    const parts = route.method === undefined || route.method === method ? partsOf(route.path, path) : null;
    if (parts) return { route, parts };
  }
  return null;
}

function partsOf(pattern: string, path: string): readonly string[] | null {
  if (pattern.endsWith("/")) return path.startsWith(pattern) ? [] : null;
  const [wanted, sent] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== sent.length || !wanted.every((each, at) => each === "*" || each === sent[at])) return null;
  const parts = sent.filter((_, at) => wanted[at] === "*").map(decoded);
  return parts.every((each) => each !== null) ? parts : null;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
