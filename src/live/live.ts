import type { Logger } from "pino";
import type { AnyRecord } from "../graph/stored-record.js";
import type { LogChunk } from "../jobs/job.js";
import type { Event, Store } from "../store/store.js";
import { ChangeFeed } from "./change-feed.js";
import { Following } from "./following.js";
import { type HeardChunk, heardChunk } from "./heard-chunk.js";
import { type HeardEvent, heardEvent } from "./heard-event.js";
import { Life } from "./life.js";
import { OncePerEvent } from "./once-per-event.js";
import { supersededBy } from "./superseded-by.js";

/** What happens in the store, whichever process did it, for the subscriptions of this process. */
export class Live implements AsyncDisposable {
  readonly events: ChangeFeed<Event, HeardEvent>;
  readonly logs: ChangeFeed<LogChunk, HeardChunk>;
  /** The record that lost its name by an event. */
  readonly superseded: OncePerEvent<HeardEvent, AnyRecord | null>;
  readonly #lives = new Set<Life>();

  constructor(store: Pick<Store, "events" | "logs" | "byKind">, logger: Logger) {
    this.events = new ChangeFeed(store.events, heardEvent, logger);
    this.logs = new ChangeFeed(store.logs, heardChunk, logger);
    this.superseded = new OncePerEvent((event) => supersededBy(store, event));
  }

  /** Subscriptions that have not ended. */
  get subscriptions(): number {
    return this.#lives.size;
  }

  /**
   * Begins a subscription.
   * @param begin makes what is told, and what is held for it a part of the life.
   * @throws what `begin` throws
   */
  async follow<T>(begin: (life: Life) => Promise<AsyncGenerator<T, void>>): Promise<AsyncIterableIterator<T>> {
    const life = new Life();
    this.#lives.add(life);
    life.defer(() => this.#lives.delete(life));
    try {
      return new Following(await begin(life), life);
    } catch (error) {
      life.end();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const life of this.#lives) life.end();
    await Promise.all([this.events.close(), this.logs.close()]);
  }
}
