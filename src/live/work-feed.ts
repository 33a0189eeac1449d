import { setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { Logger } from "pino";
import type { Kind } from "../graph/id.js";
import type { Event, Store } from "../store/store.js";
import { FeedSession } from "./feed-session.js";

/** A change of a record that routes or jobs follow. */
export type WorkEvent = Pick<Event, "record" | "action">;

export interface WorkFeedHandlers {
  /** Called for each change in order. It neither waits nor throws. */
  onChange(event: WorkEvent): void;
  /** Called when the feed begins, and again whenever changes may have been missed. */
  onBegin(): void;
}

const RETRY_MS = 5_000;
/** The store answers at once if something has changed, else after this time. */
const MAX_AWAIT_MS = 30_000;

/** Matches the ids of a kind: the next character after the separator ends them. */
const ofKind = (kind: Kind) => ({ "fullDocument.record": { $gt: `${kind}_`, $lt: `${kind}\`` } });
const inserted = (kind: Kind) => ({ ...ofKind(kind), "fullDocument.action": "INSERT" });

const PIPELINE = [
  {
    $match: {
      operationType: "insert",
      // Routes follow deployments and the aliases of versions; jobs are made for the others.
      $or: [ofKind("depl"), ofKind("movers"), inserted("build"), inserted("train"), inserted("revision")],
    },
  },
  { $project: { operationType: 1, "fullDocument.record": 1, "fullDocument.action": 1 } },
];

/** Tells this process of the changes, by any process, that its routes and jobs follow. It reopens until it is closed. */
export class WorkFeed implements AsyncDisposable {
  private readonly closing = new AbortController();
  private session: FeedSession<WorkEvent> | undefined;

  constructor(
    private readonly store: Pick<Store, "events">,
    private readonly handlers: WorkFeedHandlers,
    private readonly logger: Logger,
  ) {
    this.open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closing.abort();
    await this.session?.close();
  }

  private open(): void {
    const session = new FeedSession<WorkEvent>(
      (from) => this.watch(from),
      {
        onInsert: (event) => this.handlers.onChange(event),
        onHistoryLost: () => void this.reopen(),
      },
      this.logger,
    );
    this.session = session;
    session.opened.then(
      () => this.handlers.onBegin(),
      (error: unknown) => this.refused(error),
    );
  }

  private watch(from: { readonly resumeAfter?: unknown }): mongo.ChangeStream<WorkEvent> {
    const options = { ...from, maxAwaitTimeMS: MAX_AWAIT_MS };
    return this.store.events.watch<Event>(PIPELINE, options) as unknown as mongo.ChangeStream<WorkEvent>;
  }

  private refused(error: unknown): void {
    if (this.closing.signal.aborted) return;
    this.logger.warn({ event: "work_feed_refused", err: error });
    // Without a feed, all is read each time that it is tried again.
    this.handlers.onBegin();
    void this.reopen();
  }

  private async reopen(): Promise<void> {
    void this.session?.close();
    await pause(RETRY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
    if (!this.closing.signal.aborted) this.open();
  }
}
