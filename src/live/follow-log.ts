import { ArgsType, Field, ID } from "type-graphql";
import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { keyOf, kindOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { LogPage } from "../jobs/log-page.js";
import { invalidLogCursor, LogPosition, parseLogCursor } from "../jobs/log-position.js";
import { findByIds } from "../store/read-records.js";
import type { ChangeEvent } from "./change-event.js";
import { FollowedLogs, revisionsFrom } from "./followed-logs.js";
import { addSubscriber, type SubscriptionScope } from "./subscription.js";

@ArgsType()
export class FollowLogArgs {
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

/** A job that has ended is tidied up without an event. */
const NEAR_END_MS = 300;
const LOOK_MS = 5_000;

/**
 * The log of a build, a training, a revision, or of what a deployment runs: what is there, and then what comes. It is
 * read from the store at the subscriber's own pace, so that nobody falls behind.
 * @throws NOT_FOUND, BAD_USER_INPUT on a cursor of another log
 */
export function followLog(app: Needs, caller: Caller, { of, after }: FollowLogArgs) {
  return app.live.follow<LogPage>(async (life) => {
    const kind = kindOf(of);
    const log = kind && app.store.kinds[kind].log;
    if (!kind || !log) throw noLog();
    const [record] = await findByIds(app.store.byKind[kind], [of]);
    if (!record) throw noLog();
    const subject = new Subject(app, record);
    await subject.listen(caller, life);
    await subject.begin(log === "OF_REVISIONS", after == null ? null : parseLogCursor(after));
    return subject.pages(life);
  });
}

const noLog = () =>
  new DomainError("NOT_FOUND", "There is no build, training, deployment or revision of that id.", ["of"]);

class Subject {
  private readonly wake = new Wake();
  private logs: FollowedLogs;
  private readonly newRevisions: string[] = [];
  private isDeleted = false;

  constructor(
    private readonly app: Needs,
    private readonly record: Pick<AnyRecord, "_id" | "key">,
  ) {
    this.logs = new FollowedLogs(app.store, []);
  }

  async listen(caller: Caller, life: SubscriptionScope): Promise<void> {
    const { events, logs } = this.app.live;
    const ended = (error: Error) => this.wake.end(error);
    life.defer(() => this.wake.end());
    await addSubscriber(
      events,
      life,
      { caller, wants: (event) => this.concerns(event) },
      { heard: (event) => this.heard(event), ended },
    );
    const ring = () => this.wake.ring();
    await addSubscriber(
      logs,
      life,
      { caller, wants: ({ record }) => this.logs.follows(record) },
      { heard: ring, ended },
    );
  }

  private concerns({ kind, record, key }: ChangeEvent): boolean {
    return record === this.record._id || (kind === "revision" && key.startsWith(keyOf(this.record.key, "")));
  }

  private heard({ kind, action, record }: ChangeEvent): void {
    if (kind === "revision" && action === "INSERT") this.newRevisions.push(record);
    if (action === "DELETE" && record === this.record._id) this.isDeleted = true;
    this.wake.ring();
  }

  /** @throws BAD_USER_INPUT if the positions are in other logs */
  async begin(isOfRevisions: boolean, positions: readonly LogPosition[] | null): Promise<void> {
    const { store } = this.app;
    const { _id } = this.record;
    if (isOfRevisions) {
      this.logs = new FollowedLogs(store, positions ?? []);
      for (const revision of await revisionsFrom(store, _id, positions)) this.logs.add(revision);
      return;
    }
    if (positions && (positions.length !== 1 || positions[0]?.job !== _id)) throw invalidLogCursor();
    this.logs = new FollowedLogs(store, positions ?? [LogPosition.beginningOf(_id)]);
    this.logs.isClosed = true;
  }

  async *pages(life: SubscriptionScope): AsyncGenerator<LogPage, void> {
    for (let isFirst = true; !life.hasEnded; isFirst = false) {
      for (const revision of this.newRevisions.splice(0)) this.logs.add(revision);
      const { isDeleted } = this;
      const { isNearEnd, ...page } = await this.logs.next();
      const ended = page.ended || (isDeleted && !page.hasMore);
      if (isFirst || page.chunks.length > 0 || ended) yield { ...page, ended };
      if (ended) return;
      if (!page.hasMore) await this.wake.wait(isNearEnd ? NEAR_END_MS : LOOK_MS);
    }
  }
}

/** A signal that there may be something new: it wakes who waits, and who looked away finds it out when it waits next. */
class Wake {
  #hasRung = false;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  end(error?: Error): void {
    this.#hasEnded = true;
    this.#error ??= error;
    this.#wake?.();
  }

  /** Resolves when it has rung since the last wait, after a while in any case. @throws the error that it ended with */
  async wait(atMostMs: number): Promise<void> {
    if (!this.#hasRung && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = undefined;
    this.#hasRung = false;
    if (this.#error) throw this.#error;
  }
}
