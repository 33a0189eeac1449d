import type { App } from "./app.js";
import type { Caller } from "./caller.js";
import { type Loaders, loadersOf } from "./loaders.js";
import { boundedStore, type TimeLimit } from "./store/bounded-store.js";

/** The context of one request. Its loaders keep what they have read, so each request has its own. */
export interface RequestContext {
  readonly app: App;
  readonly caller: Caller;
  readonly loaders: Loaders;
  /** Aborted if the time of the request is over or the client has left. */
  readonly signal?: AbortSignal;
}

/** The context of a request with a time limit: nothing begins after it. */
class LimitedContext implements RequestContext {
  constructor(
    private readonly opened: Pick<RequestContext, "app" | "loaders">,
    readonly caller: Caller,
    readonly signal: AbortSignal,
  ) {}

  // Every resolver reads one of these two first. A copy of the context keeps the getters.
  get app(): App {
    this.signal.throwIfAborted();
    return this.opened.app;
  }

  get loaders(): Loaders {
    this.signal.throwIfAborted();
    return this.opened.loaders;
  }
}

/**
 * Returns the context of a request. Reads end with its limit. A mutation that has begun is not cut: its use-case has no
 * limit, and only the reads for its answer have one.
 */
export function requestContext(app: App, caller: Caller, limit?: TimeLimit): RequestContext {
  if (!limit) return { app, caller, loaders: loadersOf(app.store) };
  const store = boundedStore(app.store, limit);
  const opened = { app: limit.mayWrite ? app : { ...app, store }, loaders: loadersOf(store) };
  return new LimitedContext(opened, caller, limit.signal);
}
