import { trusted } from "mongoose";
import type { Logger } from "pino";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Event, Store } from "../store/store.js";
import { type ChangeEvent, changeEvent, type Chunk, logEvent } from "./change-event.js";
import { ChangeFeed, type FeedEvent, INSERTS } from "./change-feed.js";
import { type DriftEvent, driftsOf } from "./drift-events.js";
import { SubscriptionIterator, SubscriptionScope } from "./subscription.js";

/** The changes in the store, whichever process made them, for the subscriptions of this process. */
export class Live implements AsyncDisposable {
  readonly events: ChangeFeed<Event, ChangeEvent>;
  readonly logs: ChangeFeed<Chunk, FeedEvent>;
  /** The record that lost its name by an event. */
  readonly superseded: OncePerEvent<ChangeEvent, AnyRecord | null>;
  /** The deployed snapshots that differ since an event. */
  readonly drifts: OncePerEvent<ChangeEvent, readonly DriftEvent[]>;
  readonly #lives = new Set<SubscriptionScope>();

  constructor(store: Store, logger: Logger) {
    this.events = new ChangeFeed((from) => store.events.watch<Event>(INSERTS, from), changeEvent, logger);
    this.logs = new ChangeFeed(
      (from) => store.logs.watch<Chunk>([...INSERTS, { $project: { operationType: 1, "fullDocument.job": 1 } }], from),
      logEvent,
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
  async follow<T>(
    begin: (life: SubscriptionScope) => Promise<AsyncGenerator<T, void>>,
  ): Promise<AsyncIterableIterator<T>> {
    const life = new SubscriptionScope();
    this.#lives.add(life);
    life.defer(() => this.#lives.delete(life));
    try {
      return new SubscriptionIterator(await begin(life), life);
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

/** Remembers what is found out about an event once, however many subscriptions ask. It is forgotten with the event. */
class OncePerEvent<E extends object, V> {
  readonly #found = new WeakMap<E, Promise<V>>();

  constructor(private readonly find: (event: E) => Promise<V>) {}

  of(event: E): Promise<V> {
    const known = this.#found.get(event);
    if (known) return known;
    const found = this.find(event);
    this.#found.set(event, found);
    // The next caller asks the store again.
    found.catch(() => this.#found.delete(event));
    return found;
  }
}

/** True if the record takes its place among those of its name: as it is inserted, or as its files are all there. */
const isCommit = ({ kinds }: Pick<Store, "kinds">, { kind, action, fields }: ChangeEvent): boolean => {
  const { supersedes } = kinds[kind];
  return supersedes === "WHEN_INSERTED" ? action === "INSERT" : supersedes !== undefined && fields.includes("seq");
};

/** The record that lost its name to the one of the event, or null if it took none from any. */
async function supersededBy(store: Pick<Store, "byKind" | "kinds">, event: ChangeEvent): Promise<AnyRecord | null> {
  if (!isCommit(store, event)) return null;
  const records = store.byKind[event.kind];
  const successor = await records.findOne({ _id: event.record }, { seq: 1 }).lean<AnyRecord>();
  if (!successor?.seq || successor.seq < 2) return null;
  const [earlier] = await records
    .find({ key: trusted({ $eq: event.key }), seq: trusted({ $lt: successor.seq }) }, { version: 1, deleted: 1 })
    .sort({ key: -1, seq: -1 })
    .limit(1)
    .lean<AnyRecord[]>();
  return earlier && !earlier.deleted ? earlier : null;
}
