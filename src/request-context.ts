import type { App } from "./app.js";
import type { Caller, TimeLimit } from "./caller.js";
import { type Loaders, loadersOf } from "./loaders.js";
import { boundedStore } from "./store/bounded-store.js";

/** Made anew for every request: loaders remember what they have seen, and must forget it afterwards. */
export interface RequestContext {
  readonly app: App;
  readonly caller: Caller;
  readonly loaders: Loaders;
  /** Aborted when the time of the request is over, or nobody waits for its answer any more. */
  readonly signal?: AbortSignal;
}

/** The context of a request whose time is limited: nothing begins once it is over. */
class LimitedContext implements RequestContext {
  constructor(
    private readonly opened: Pick<RequestContext, "app" | "loaders">,
    readonly caller: Caller,
    readonly signal: AbortSignal,
  ) {}

  // Getters, which a copy of the context keeps: every resolver asks for one of the two before it does anything.
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
 * With a limit, reads end when it is over. A mutation that has begun is not cut: its use-case reads and writes without
 * a limit, and only what is read for its answer has one.
 */
export function requestContext(app: App, caller: Caller, limit?: TimeLimit): RequestContext {
  if (!limit) return { app, caller, loaders: loadersOf(app.store) };
  const store = boundedStore(app.store, limit);
  const opened = { app: limit.mayWrite ? app : { ...app, store }, loaders: loadersOf(store) };
  return new LimitedContext(opened, caller, limit.signal);
}
