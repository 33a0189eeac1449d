import { setImmediate, setTimeout as pause } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { Logger } from "pino";
import { DomainError } from "../errors.js";

/** Something that was inserted, in the words of those who listen. */
export interface FeedEvent {
  /** The id of the record that it is about. */
  readonly record: string;
  /** About as many as it takes while it waits to be told. */
  readonly bytes: number;
}

export interface Subscriber<H> {
  /** Called for one insert after the other. It neither waits nor throws. */
  heard(heard: H): void;
  /** Called where something was missed: nothing follows. */
  ended(error: Error): void;
}

/**
 * Tells the listeners in this process of all that any process inserts into a collection. However many they are, there is
 * one change stream; if nobody listens there is none.
 */
export class ChangeFeed<T extends object, H extends FeedEvent> {
  readonly #listeners = new Set<Subscriber<H>>();
  #session: FeedSession<T> | undefined;

  /** @param tell made of each insert once, whoever hears it. */
  constructor(
    private readonly watch: Watch<T>,
    private readonly tell: (document: T, token: string) => H,
    private readonly logger: Logger,
  ) {}

  get listeners(): number {
    return this.#listeners.size;
  }

  get isOpen(): boolean {
    return this.#session !== undefined;
  }

  /** Listeners have heard everything up to there; later tokens are greater. */
  get position(): string {
    return this.#session?.position ?? "";
  }

  /** Resolves once the listener hears every insert from then on. @throws what the store refuses a change stream for */
  async listen(listener: Subscriber<H>): Promise<void> {
    this.#listeners.add(listener);
    this.#session ??= new FeedSession(this.watch, this.#ears(), this.logger);
    try {
      await this.#session.opened;
    } catch (error) {
      this.leave(listener);
      throw error;
    }
  }

  leave(listener: Subscriber<H>): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) void this.close();
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #ears() {
    return {
      heard: (document: T, token: string) => {
        const heard = this.tell(document, token);
        for (const each of this.#listeners) each.heard(heard);
      },
      lost: () => {
        const listeners = [...this.#listeners];
        this.#listeners.clear();
        void this.close();
        for (const each of listeners)
          each.ended(
            new DomainError(
              "STORE_UNAVAILABLE",
              "The database was away for longer than it remembers changes: read what you need and subscribe again.",
            ),
          );
      },
    };
  }
}

/** Events and logs are only ever inserted; the embedded store tells of nothing else. */
export const INSERTS = [{ $match: { operationType: "insert" } }];
const IN_A_ROW = 32;
const FIRST_PAUSE_MS = 100;
const MOST_PAUSE_MS = 5_000;
/** The store has the history after the token no more, or the collection has gone with it. */
const LOST: readonly unknown[] = [136, 222, 260, 280, 286];

/** True if the store knows the place no more from which a change stream is to begin. */
export const isHistoryLost = (error: unknown): boolean => LOST.includes((error as { code?: unknown }).code);

/** Tokens sort as their events do. */
export const tokenOf = (id: unknown): string => String((id as { _data: unknown })._data);

export interface SessionEars<T> {
  /** Called in the order of the inserts, each once. It neither waits nor throws. */
  heard(document: T, token: string): void;
  /** Inserts were missed that nobody can bring back. Nothing follows. */
  lost(): void;
}

/** Opens a change stream of inserts, now or after a token. */
type Watch<T extends object> = (from: { readonly resumeAfter?: unknown }) => mongo.ChangeStream<T>;

/**
 * One change stream for as long as somebody listens. Where it breaks it goes on after the last insert that was heard,
 * however long the store was away.
 */
class FeedSession<T extends object> {
  /** Resolves once every later insert is heard. Rejects if the first attempt failed. */
  readonly opened: Promise<void>;
  readonly #closing = new AbortController();
  #stream: mongo.ChangeStream<T> | undefined;
  #token: unknown;

  constructor(
    private readonly watch: Watch<T>,
    private readonly ears: SessionEars<T>,
    private readonly logger: Logger,
  ) {
    this.opened = new Promise((resolve, reject) => void this.#run(resolve, reject));
    // The waiters are told; there may be none any more.
    this.opened.catch(() => undefined);
  }

  /** Everything up to there has been heard. */
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
        if (isHistoryLost(error)) return this.ears.lost();
        failures += 1;
        await this.#wait(Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
      }
    }
    onRefusal(new Error("The feed was closed."));
  }

  async #read(onToken: (token: unknown) => void): Promise<void> {
    const from = this.#token === undefined ? {} : { resumeAfter: this.#token };
    const stream = this.watch(from);
    this.#stream = stream;
    // Comes with the first answer of the store: from there nothing is missed. The stream reads no store until it is asked.
    stream.on("resumeTokenChanged", onToken);
    try {
      for (let heard = 0; ;) {
        const change = await stream.next();
        if (this.#isClosed) return;
        if (change.operationType === "insert") this.ears.heard(change.fullDocument as T, tokenOf(change._id));
        heard += 1;
        // A batch would be told at one go, and whoever reads as it comes be behind before it had a turn.
        if (heard % IN_A_ROW === 0) await setImmediate();
      }
    } finally {
      await stream.close().catch(() => undefined);
    }
  }

  async #wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}
