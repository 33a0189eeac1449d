import { setImmediate, setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { Logger } from "pino";

/** Events and logs are only ever inserted. The embedded store reports no other change of them. */
export const INSERTS = [{ $match: { operationType: "insert" } }];
const EVENTS_PER_SLICE = 32;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** MongoDB's error codes for a token whose history, or whose collection, is gone. */
const HISTORY_LOST: readonly unknown[] = [136, 222, 260, 280, 286];

/** True if the store no longer has the history after the token of a change stream. */
export const isHistoryLost = (error: unknown): boolean => HISTORY_LOST.includes((error as { code?: unknown }).code);

/** Returns the token as text. Tokens sort in the order of their events. */
export const tokenOf = (id: unknown): string => String((id as { _data: unknown })._data);

export interface SessionHandlers<T> {
  /** Called for each insert once, in order. It neither waits nor throws. */
  onInsert(document: T, token: string): void;
  /** Called if inserts were missed for good. No insert follows. */
  onHistoryLost(): void;
}

/** Opens a change stream of inserts, from now on or after a token. */
export type Watch<T extends object> = (from: { readonly resumeAfter?: unknown }) => mongo.ChangeStream<T>;

/** A change stream that reopens when it breaks. It resumes after the last insert, however long the store was away. */
export class FeedSession<T extends object> {
  /** Resolves once every later insert is reported. Rejects if the first attempt fails. */
  readonly opened: Promise<void>;
  readonly #closing = new AbortController();
  #stream: mongo.ChangeStream<T> | undefined;
  #token: unknown;

  constructor(
    private readonly watch: Watch<T>,
    private readonly handlers: SessionHandlers<T>,
    private readonly logger: Logger,
  ) {
    this.opened = new Promise((resolve, reject) => void this.#run(resolve, reject));
    // Subscribers await it and get the error. Without them, the rejection would be unhandled.
    this.opened.catch(() => undefined);
  }

  /** The token up to which every insert was reported. */
  get position(): string {
    return this.#token === undefined ? "" : tokenOf(this.#token);
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#stream?.close().catch(() => undefined);
  }

  async #run(onOpen: () => void, onRefusal: (error: unknown) => void): Promise<void> {
    let failures = 0;
    const onToken = (token: unknown): void => {
      this.#token = token;
      failures = 0;
      onOpen();
    };
    while (!this.#isClosed) {
      try {
        await this.#read(onToken);
      } catch (error) {
        if (this.#isClosed) break;
        if (this.#token === undefined) return onRefusal(error);
        this.logger.warn({ event: "change_stream_broke", err: error });
        if (isHistoryLost(error)) return this.handlers.onHistoryLost();
        failures += 1;
        await this.#wait(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures));
      }
    }
    onRefusal(new Error("The feed was closed."));
  }

  async #read(onToken: (token: unknown) => void): Promise<void> {
    const from = this.#token === undefined ? {} : { resumeAfter: this.#token };
    const stream = this.watch(from);
    this.#stream = stream;
    // The store sends the first token with its first answer: from there on nothing is missed.
    stream.on("resumeTokenChanged", onToken);
    try {
      for (let received = 0; ;) {
        // The stream contacts the store only when it is asked for a change.
        const change = await stream.next();
        if (this.#isClosed) return;
        if (change.operationType === "insert") this.handlers.onInsert(change.fullDocument as T, tokenOf(change._id));
        received += 1;
        // Without a break, a large batch would overflow the queue of a subscriber before it could read.
        if (received % EVENTS_PER_SLICE === 0) await setImmediate();
      }
    } finally {
      await stream.close().catch(() => undefined);
    }
  }

  async #wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
