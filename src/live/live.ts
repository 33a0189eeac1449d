import { trusted } from "mongoose";
import type { Logger } from "pino";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Event, Store } from "../store/store.js";
import { changeEvent, type ChangeEvent, logEvent, type LogInsert } from "./change-event.js";
import { ChangeFeed, type FeedEvent } from "./change-feed.js";
import type { DriftEvent } from "./drift-event.js";
import { INSERTS } from "./feed-session.js";
import { findDrifts } from "./find-drifts.js";
import { SubscriptionIterator, SubscriptionScope } from "./subscription.js";

/** The changes by all processes, for the subscriptions of this one. */
export class Live implements AsyncDisposable {
  readonly events: ChangeFeed<Event, ChangeEvent>;
  readonly logs: ChangeFeed<LogInsert, FeedEvent>;
  /** The record that an event superseded. */
  readonly superseded: OncePerEvent<ChangeEvent, AnyRecord | null>;
  /** The deployed snapshots that differ since an event. */
  readonly drifts: OncePerEvent<ChangeEvent, readonly DriftEvent[]>;
  private readonly scopes = new Set<SubscriptionScope>();

  constructor(store: Store, logger: Logger) {
    this.events = new ChangeFeed((from) => store.events.watch<Event>(INSERTS, from), changeEvent, logger);
    this.logs = new ChangeFeed(
      (from) =>
        store.logs.watch<LogInsert>([...INSERTS, { $project: { operationType: 1, "fullDocument.job": 1 } }], from),
      logEvent,
      logger,
    );
    this.superseded = new OncePerEvent((event) => supersededBy(store, event));
    this.drifts = new OncePerEvent((event) => findDrifts(store, event));
  }

  /** The number of subscriptions that have not ended. */
  get subscriptions(): number {
    return this.scopes.size;
  }

  /**
   * Begins a subscription.
   * @param begin makes the events, and adds the resources that they need to the scope.
   * @throws the error of `begin`
   */
  async subscribe<T>(
    begin: (scope: SubscriptionScope) => Promise<AsyncGenerator<T, void>>,
  ): Promise<AsyncIterableIterator<T>> {
    const scope = new SubscriptionScope();
    this.scopes.add(scope);
    scope.defer(() => this.scopes.delete(scope));
    try {
      return new SubscriptionIterator(await begin(scope), scope);
    } catch (error) {
      scope.end();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const scope of this.scopes) scope.end();
    await Promise.all([this.events.close(), this.logs.close()]);
  }
}

/** Reads once for each event, for all subscriptions. Forgets it with the event. */
class OncePerEvent<E extends object, V> {
  private readonly results = new WeakMap<E, Promise<V>>();

  constructor(private readonly read: (event: E) => Promise<V>) {}

  of(event: E): Promise<V> {
    const known = this.results.get(event);
    if (known) return known;
    const result = this.read(event);
    this.results.set(event, result);
    // After an error the next subscription reads again.
    result.catch(() => this.results.delete(event));
    return result;
  }
}

/** True if the record takes its name with this event: when it is inserted, or when its last file is stored. */
const takesName = ({ kinds }: Pick<Store, "kinds">, { kind, action, fields }: ChangeEvent): boolean => {
  const { supersedes } = kinds[kind];
  return supersedes === "WHEN_INSERTED" ? action === "INSERT" : supersedes !== undefined && fields.includes("seq");
};

/** Returns the record that lost its name by the event, or null. */
async function supersededBy(store: Pick<Store, "byKind" | "kinds">, event: ChangeEvent): Promise<AnyRecord | null> {
  if (!takesName(store, event)) return null;
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
