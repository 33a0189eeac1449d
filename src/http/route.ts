import type { IncomingMessage, ServerResponse } from "node:http";

/** A path of a server with its endpoint. */
export interface Route<Endpoint> {
  /** The method. Left out: all, and the endpoint refuses the wrong ones. */
  readonly method?: string;
  /** The path. A star matches one part; a slash at the end matches all paths below. */
  readonly path: string;
  readonly endpoint: Endpoint;
}

/**
 * A path beside GraphQL. Host and Origin are checked, and the body is unread.
 *
 * A DomainError is answered with its code. Other errors are masked and logged.
 */
export interface HttpRoute extends Route<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  /** `token`: the server checks ROCAS_TOKEN. `own`: the route checks access itself. */
  readonly auth: "token" | "own";
}

export interface RouteMatch<R> {
  readonly route: R;
  /** The decoded parts at the stars. */
  readonly parts: readonly string[];
}

/**
 * Returns the first route that matches; null if there is none.
 *
 * Parts are compared as sent and decoded once. An encoded slash cannot change the path.
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
  const [expected, sent] = [pattern.split("/"), path.split("/")];
  if (expected.length !== sent.length || !expected.every((each, at) => each === "*" || each === sent[at])) return null;
  const parts = sent.filter((_, at) => expected[at] === "*").map(decoded);
  return parts.every((each) => each !== null) ? parts : null;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
