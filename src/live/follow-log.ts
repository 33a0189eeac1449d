import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { kindOf } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import type { LogPage } from "../jobs/log-page.js";
import { foreignCursor, LogPosition, positionsIn } from "../jobs/log-position.js";
import { byId } from "../store/current.js";
import { keyOf } from "../store/key-of.js";
import type { FollowLogArgs } from "./follow-log-args.js";
import { FollowedLogs } from "./followed-logs.js";
import { listen } from "./hear.js";
import type { HeardEvent } from "./heard-event.js";
import type { Life } from "./life.js";
import { revisionsFrom } from "./revisions-from.js";
import { Wake } from "./wake.js";

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
    const [record] = await byId(app.store.byKind[kind], [of]);
    if (!record) throw noLog();
    const subject = new Subject(app, record);
    await subject.listen(caller, life);
    await subject.begin(log === "OF_REVISIONS", after == null ? null : positionsIn(after));
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

  async listen(caller: Caller, life: Life): Promise<void> {
    const { events, logs } = this.app.live;
    const ended = (error: Error) => this.wake.end(error);
    life.defer(() => this.wake.end());
    await listen(
      events,
      life,
      { caller, wants: (event) => this.concerns(event) },
      { heard: (event) => this.heard(event), ended },
    );
    const ring = () => this.wake.ring();
    await listen(logs, life, { caller, wants: ({ record }) => this.logs.follows(record) }, { heard: ring, ended });
  }

  private concerns({ kind, record, key }: HeardEvent): boolean {
    return record === this.record._id || (kind === "revision" && key.startsWith(keyOf(this.record.key, "")));
  }

  private heard({ kind, action, record }: HeardEvent): void {
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
    if (positions && (positions.length !== 1 || positions[0]?.job !== _id)) throw foreignCursor();
    this.logs = new FollowedLogs(store, positions ?? [LogPosition.beginningOf(_id)]);
    this.logs.isClosed = true;
  }

  async *pages(life: Life): AsyncGenerator<LogPage, void> {
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
