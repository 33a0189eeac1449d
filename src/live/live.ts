import type { Logger } from "pino";
import type { Event, Store } from "../store/store.js";
import { changeEvent, type ChangeEvent, logEvent, type LogInsert } from "./change-event.js";
import { ChangeFeed, type FeedEvent } from "./change-feed.js";
import type { DriftEvent } from "./drift-event.js";
import { INSERTS } from "./feed-session.js";
import { findChanges } from "./find-changes.js";
import { findDrifts } from "./find-drifts.js";
import type { RecordChange } from "./record-change.js";
import { LogPages } from "./log-reader.js";
import { OncePerEvent } from "./once-per-event.js";
import { ProjectReads } from "./project-scope.js";
import { SubscriptionIterator, SubscriptionScope } from "./subscription.js";
import type { TaskChange } from "./task-change.js";
import { taskOfEvent } from "./task-of-event.js";

/** The changes by all processes, for the subscriptions of this one. */
export class Live implements AsyncDisposable {
  readonly events: ChangeFeed<Event, ChangeEvent>;
  readonly logs: ChangeFeed<LogInsert, FeedEvent>;
  /** The changes that an event is to clients. */
  readonly changes: OncePerEvent<ChangeEvent, readonly RecordChange[]>;
  /** The task that an event set, or null. */
  readonly tasks: OncePerEvent<ChangeEvent, TaskChange | null>;
  /** The deployed snapshots that differ since an event. */
  readonly drifts: OncePerEvent<ChangeEvent, readonly DriftEvent[]>;
  readonly projects: ProjectReads;
  readonly logPages: LogPages;
  private readonly scopes = new Set<SubscriptionScope>();

  constructor(store: Store, logger: Logger) {
    this.events = new ChangeFeed((from) => store.events.watch<Event>(INSERTS, from), changeEvent, logger);
    this.logs = new ChangeFeed(
      (from) =>
        store.logs.watch<LogInsert>([...INSERTS, { $project: { operationType: 1, "fullDocument.job": 1 } }], from),
      logEvent,
      logger,
    );
    this.logPages = new LogPages(store, () => this.events.moment + this.logs.moment);
    this.projects = new ProjectReads(store);
    this.changes = new OncePerEvent((event) => findChanges(store, event));
    this.tasks = new OncePerEvent((event) => Promise.resolve(taskOfEvent(store, event)));
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
