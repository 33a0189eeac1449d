import { setImmediate, setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { Logger } from "pino";
import { DomainError } from "../errors.js";

/** An insert, as subscribers see it. */
export interface FeedEvent {
  /** The id of the record that the insert is about. */
  readonly record: string;
  /** The approximate size of the event in a queue. */
  readonly bytes: number;
}

export interface Subscriber<E> {
  /** Called for each insert in order. It neither waits nor throws. */
  onEvent(event: E): void;
  /** Called if inserts were missed. No event follows. */
  onError(error: Error): void;
}

/**
 * Sends every insert into a collection, by any process, to the subscribers of this process. They share one change
 * stream, which is open as long as there are subscribers.
 */
export class ChangeFeed<T extends object, E extends FeedEvent> {
  readonly #subscribers = new Set<Subscriber<E>>();
  #session: FeedSession<T> | undefined;

  /** @param toEvent is called once for each insert; all subscribers get the same event. */
  constructor(
    private readonly watch: Watch<T>,
    private readonly toEvent: (document: T, token: string) => E,
    private readonly logger: Logger,
  ) {}

  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** The token up to which subscribers have every event. Later tokens are greater. */
  get position(): string {
    return this.#session?.position ?? "";
  }

  /** Resolves once the subscriber gets every insert. @throws the store's error if it refuses a change stream */
  async subscribe(subscriber: Subscriber<E>): Promise<void> {
    this.#subscribers.add(subscriber);
    this.#session ??= new FeedSession(this.watch, this.#handlers(), this.logger);
    try {
      await this.#session.opened;
    } catch (error) {
      this.unsubscribe(subscriber);
      throw error;
    }
  }

  unsubscribe(subscriber: Subscriber<E>): void {
    this.#subscribers.delete(subscriber);
    if (this.#subscribers.size === 0) void this.close();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #handlers(): SessionHandlers<T> {
    return {
      onInsert: (document, token) => {
        const event = this.toEvent(document, token);
        for (const each of this.#subscribers) each.onEvent(event);
      },
      onHistoryLost: () => {
        const subscribers = [...this.#subscribers];
        this.#subscribers.clear();
        void this.close();
        for (const each of subscribers)
          each.onError(
            new DomainError(
              "STORE_UNAVAILABLE",
              "The database was away for longer than it remembers changes: read what you need and subscribe again.",
            ),
          );
      },
    };
  }
}

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

interface SessionHandlers<T> {
  /** Called for each insert once, in order. It neither waits nor throws. */
  onInsert(document: T, token: string): void;
  /** Called if inserts were missed for good. No insert follows. */
  onHistoryLost(): void;
}

/** Opens a change stream of inserts, from now on or after a token. */
type Watch<T extends object> = (from: { readonly resumeAfter?: unknown }) => mongo.ChangeStream<T>;

/** A change stream that reopens when it breaks. It resumes after the last insert, however long the store was away. */
class FeedSession<T extends object> {
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
