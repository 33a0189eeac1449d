import { setTimeout as pause, setImmediate } from "node:timers/promises";
import type { mongo } from "mongoose";
import type { Logger } from "pino";

/** Subscribers need inserts alone, and the embedded store reports nothing else. */
export const INSERTS = [{ $match: { operationType: "insert" } }];
const EVENTS_PER_SLICE = 32;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** MongoDB's error codes for lost history or a dropped collection. */
const HISTORY_LOST: readonly unknown[] = [136, 222, 260, 280, 286];

/** True if the history after a token is gone. */
export const isHistoryLost = (error: unknown): boolean => HISTORY_LOST.includes((error as { code?: unknown }).code);

/** Returns the token as text. Tokens sort as their events do. */
export const tokenOf = (id: unknown): string => String((id as { _data: unknown })._data);

export interface SessionHandlers<T> {
  /** Called for each insert once, in order, after the last has resolved. It does not throw. */
  onInsert(document: T, token: string): void | Promise<void>;
  /** Called if inserts were missed for good. No insert follows. */
  onHistoryLost(): void;
}

/** Opens a change stream, from now on or after a token. */
export type Watch<T extends object> = (from: { readonly resumeAfter?: unknown }) => mongo.ChangeStream<T>;

/** A change stream that reopens when it breaks. It resumes after the last insert, however long the store was away. */
export class FeedSession<T extends object> {
  /** Resolves once inserts are reported. Rejects if the first attempt fails. */
  readonly opened: Promise<void>;
  private readonly closing = new AbortController();
  private stream: mongo.ChangeStream<T> | undefined;
  private token: unknown;

  constructor(
    private readonly watch: Watch<T>,
    private readonly handlers: SessionHandlers<T>,
    private readonly logger: Logger,
  ) {
    this.opened = new Promise((resolve, reject) => void this.run(resolve, reject));
    // Subscribers get the error; without any, it would be unhandled.
    this.opened.catch(() => undefined);
  }

  /** The token up to which every insert was reported. */
  get position(): string {
    return this.token === undefined ? "" : tokenOf(this.token);
  }

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.stream?.close().catch(() => undefined);
  }

  private async run(onOpen: () => void, onRefusal: (error: unknown) => void): Promise<void> {
    let failures = 0;
    const onToken = (token: unknown): void => {
      this.token = token;
      failures = 0;
      onOpen();
    };
    while (!this.isClosed) {
      try {
        await this.read(onToken);
      } catch (error) {
        if (this.isClosed) break;
        if (this.token === undefined) return onRefusal(error);
        this.logger.warn({ event: "change_stream_broke", err: error });
        if (isHistoryLost(error)) return this.handlers.onHistoryLost();
        failures += 1;
        await this.wait(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** failures));
      }
    }
    onRefusal(new Error("The feed was closed."));
  }

  private async read(onToken: (token: unknown) => void): Promise<void> {
    const from = this.token === undefined ? {} : { resumeAfter: this.token };
    const stream = this.watch(from);
    this.stream = stream;
    // The first answer of the store has a token: from there nothing is missed.
    stream.on("resumeTokenChanged", onToken);
    try {
      for (let received = 0; ;) {
        // The stream contacts the store only at this call.
        const change = await stream.next();
        if (this.isClosed) return;
        if (change.operationType === "insert")
          await this.handlers.onInsert(change.fullDocument as T, tokenOf(change._id));
        received += 1;
        // Without a break, a large batch could overflow the queues.
        if (received % EVENTS_PER_SLICE === 0) await setImmediate();
      }
    } finally {
      await stream.close().catch(() => undefined);
    }
  }

  private async wait(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.closing.signal }).catch(() => undefined);
  }
}
