import type { App } from "./app.js";
import type { Caller } from "./caller.js";
import type { SelectedFields } from "./executor/selected-fields.js";
import { type Loaders, loadersOf } from "./loaders.js";
import { boundedStore, type TimeLimit } from "./store/bounded-store.js";
import type { Store } from "./store/store.js";

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
    private readonly parts: Parts,
    readonly caller: Caller,
    readonly signal: AbortSignal,
  ) {}

  // Every resolver reads one of these two first. A copy of the context keeps the getters.
  get app(): App {
    this.signal.throwIfAborted();
    return this.parts.app;
  }

  get loaders(): Loaders {
    this.signal.throwIfAborted();
    return this.parts.loaders;
  }
}

/** The parts of a limited context, made when they are first asked for. Copies of the context share them. */
class Parts {
  private openedApp: App | undefined;
  private openedLoaders: Loaders | undefined;
  private readonly store: Store;

  constructor(
    private readonly whole: App,
    private readonly limit: TimeLimit,
    private readonly selected: SelectedFields | null,
  ) {
    this.store = boundedStore(whole.store, limit);
  }

  get app(): App {
    this.openedApp ??= this.limit.mayWrite ? this.whole : { ...this.whole, store: this.store };
    return this.openedApp;
  }

  get loaders(): Loaders {
    this.openedLoaders ??= loadersOf(this.store, this.selected);
    return this.openedLoaders;
  }
}

/**
 * Returns the context of a request. Reads end with its limit. A mutation that has begun is not cut: its use-case has no
 * limit, and only the reads for its answer have one.
 * @param selected the stored fields that the answer takes; null for all.
 */
export function requestContext(
  app: App,
  caller: Caller,
  limit?: TimeLimit,
  selected: SelectedFields | null = null,
): RequestContext {
  if (!limit) return { app, caller, loaders: loadersOf(app.store, selected) };
  return new LimitedContext(new Parts(app, limit, selected), caller, limit.signal);
}
