import { ArgsType, Field, ID } from "type-graphql";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { keyOf, kindOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { LogPage } from "../jobs/log-page.js";
import { invalidLogCursor, LogPosition, parseLogCursor } from "../jobs/log-position.js";
import { findByIds } from "../store/read-records.js";
import type { ChangeEvent } from "./change-event.js";
import { LogReader, revisionsFrom } from "./log-reader.js";
import { subscribeWithin, type SubscriptionScope } from "./subscription.js";

@ArgsType()
export class LogArgs {
  @Field(() => ID, {
    description:
      "The id of a build, a training, a deployment or a revision of one. For a deployment, the output is that of the replicas of the current revision, and of each later one.",
  })
  readonly of!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Only what was written after this cursor: the `endCursor` of the last page that was received, by this subscription or by the field `log` of the record.",
  })
  readonly after?: string | null;
}

type Needs = Pick<App, "store" | "live">;

/** Clean-up makes no event, so it is polled. */
const CLEAN_UP_POLL_MS = 300;
const POLL_MS = 5_000;

/**
 * Subscribes to the log of a build, a training, a revision, or of all revisions of a deployment: what is stored first,
 * then what is written. Pages are read from the store at the subscriber's own pace, so that no queue can overflow.
 * @throws NOT_FOUND, BAD_USER_INPUT if the cursor is of another log
 */
export function subscribeToLog(app: Needs, { of, after }: LogArgs) {
  return app.live.subscribe<LogPage>(async (scope) => {
    const kind = kindOf(of);
    const log = kind && app.store.kinds[kind].log;
    if (!kind || !log) throw noLog();
    const [record] = await findByIds(app.store.byKind[kind], [of]);
    if (!record) throw noLog();
    const subscription = new LogSubscription(app, record);
    await subscription.open(scope);
    await subscription.seek(log === "OF_REVISIONS", after == null ? null : parseLogCursor(after));
    return subscription.pages(scope);
  });
}

const noLog = () =>
  new DomainError("NOT_FOUND", "There is no build, training, deployment or revision of that id.", ["of"]);

class LogSubscription {
  private readonly signal = new Signal();
  private reader: LogReader;
  private readonly newRevisions: string[] = [];
  private isDeleted = false;

  constructor(
    private readonly app: Needs,
    private readonly record: Pick<AnyRecord, "_id" | "key">,
  ) {
    this.reader = new LogReader(app.live.logPages, []);
  }

  async open(scope: SubscriptionScope): Promise<void> {
    const { events, logs } = this.app.live;
    const onError = (error: Error) => this.signal.end(error);
    scope.defer(() => this.signal.end());
    const onEvent = (event: ChangeEvent) => this.onChange(event);
    await subscribeWithin(events, scope, (event) => this.concerns(event), { onEvent, onError });
    const onLog = () => this.signal.set();
    await subscribeWithin(logs, scope, ({ record }) => this.reader.reads(record), { onEvent: onLog, onError });
  }

  private concerns({ kind, record, key }: ChangeEvent): boolean {
    return record === this.record._id || (kind === "revision" && key.startsWith(keyOf(this.record.key, "")));
  }

  private onChange({ kind, action, record }: ChangeEvent): void {
    if (kind === "revision" && action === "INSERT") this.newRevisions.push(record);
    if (action === "DELETE" && record === this.record._id) this.isDeleted = true;
    this.signal.set();
  }

  /** Begins at the positions of a cursor, or at the beginning. @throws BAD_USER_INPUT if they are in other logs */
  async seek(isOfRevisions: boolean, positions: readonly LogPosition[] | null): Promise<void> {
    const { store, live } = this.app;
    const { _id } = this.record;
    if (isOfRevisions) {
      this.reader = new LogReader(live.logPages, positions ?? []);
      for (const revision of await revisionsFrom(store, _id, positions)) this.reader.add(revision);
      return;
    }
    if (positions && (positions.length !== 1 || positions[0]?.job !== _id)) throw invalidLogCursor();
    this.reader = new LogReader(live.logPages, positions ?? [LogPosition.beginningOf(_id)]);
    this.reader.isClosed = true;
  }

  async *pages(scope: SubscriptionScope): AsyncGenerator<LogPage, void> {
    for (let isFirst = true; !scope.hasEnded; isFirst = false) {
      for (const revision of this.newRevisions.splice(0)) this.reader.add(revision);
      const { isDeleted } = this;
      const { page, isNearEnd } = await this.reader.next();
      const ended = page.ended || (isDeleted && !page.hasMore);
      if (isFirst || page.chunks.length > 0 || ended) yield ended ? { ...page, ended } : page;
      if (ended) return;
      if (!page.hasMore) await this.signal.wait(isNearEnd ? CLEAN_UP_POLL_MS : POLL_MS);
    }
  }
}

/** Wakes the reader, or ends its next wait at once. */
class Signal {
  private isSet = false;
  private hasEnded = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  set(): void {
    this.isSet = true;
    this.wake?.();
  }

  end(error?: Error): void {
    this.hasEnded = true;
    this.error ??= error;
    this.wake?.();
  }

  /** Resolves if the signal was set since the last wait, or after that time. @throws the error that it ended with */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.isSet && !this.hasEnded)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.wake = undefined;
    this.isSet = false;
    if (this.error) throw this.error;
  }
}
