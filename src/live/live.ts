import type { Logger } from "pino";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Event, Store } from "../store/store.js";
import { ChangeFeed, type Heard } from "./change-feed.js";
import type { DriftEvent } from "./drift-event.js";
import { driftsOf } from "./drifts-of.js";
import { INSERTS } from "./feed-session.js";
import { Following } from "./following.js";
import { type Chunk, heardChunk } from "./heard-chunk.js";
import { type HeardEvent, heardEvent } from "./heard-event.js";
import { Life } from "./life.js";
import { OncePerEvent } from "./once-per-event.js";
import { supersededBy } from "./superseded-by.js";

/** The changes in the store, whichever process made them, for the subscriptions of this process. */
export class Live implements AsyncDisposable {
  readonly events: ChangeFeed<Event, HeardEvent>;
  readonly logs: ChangeFeed<Chunk, Heard>;
  /** The record that lost its name by an event. */
  readonly superseded: OncePerEvent<HeardEvent, AnyRecord | null>;
  /** The deployed snapshots that differ since an event. */
  readonly drifts: OncePerEvent<HeardEvent, readonly DriftEvent[]>;
  readonly #lives = new Set<Life>();

  constructor(store: Store, logger: Logger) {
    this.events = new ChangeFeed((from) => store.events.watch<Event>(INSERTS, from), heardEvent, logger);
    this.logs = new ChangeFeed(
      (from) => store.logs.watch<Chunk>([...INSERTS, { $project: { operationType: 1, "fullDocument.job": 1 } }], from),
      heardChunk,
      logger,
    );
    this.superseded = new OncePerEvent((event) => supersededBy(store, event));
    this.drifts = new OncePerEvent((event) => driftsOf(store, event));
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
