import { setImmediate } from "node:timers/promises";
import type { Logger } from "pino";
import { DomainError } from "../errors.js";
import { FeedSession, type SessionHandlers, type Watch } from "./feed-session.js";

/** Between two turns of the event loop. The server takes other requests meanwhile. */
const DELIVERIES_PER_TURN = 128;

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
  private readonly subscribers = new Set<Subscriber<E>>();
  private session: FeedSession<T> | undefined;
  private count = 0;
  private deliveries = 0;

  /** @param toEvent is called once for each insert; all subscribers get the same event. */
  constructor(
    private readonly watch: Watch<T>,
    private readonly toEvent: (document: T, token: string) => E,
    private readonly logger: Logger,
  ) {}

  get subscriberCount(): number {
    return this.subscribers.size;
  }

  /** Grows with each event and each subscriber. What was read at an earlier moment may lack what one waits for. */
  get moment(): number {
    return this.count;
  }

  get isOpen(): boolean {
    return this.session !== undefined;
  }

  /** The token of the last event. Later tokens are greater. */
  get position(): string {
    return this.session?.position ?? "";
  }

  /** Resolves once the subscriber gets every insert. @throws the store's error if it refuses a change stream */
  async subscribe(subscriber: Subscriber<E>): Promise<void> {
    this.subscribers.add(subscriber);
    this.session ??= new FeedSession(this.watch, this.handlers(), this.logger);
    try {
      await this.session.opened;
      this.count += 1;
    } catch (error) {
      this.unsubscribe(subscriber);
      throw error;
    }
  }

  unsubscribe(subscriber: Subscriber<E>): void {
    this.subscribers.delete(subscriber);
    if (this.subscribers.size === 0) void this.close();
  }

  async close(): Promise<void> {
    const session = this.session;
    this.session = undefined;
    await session?.close();
  }

  private handlers(): SessionHandlers<T> {
    return {
      onInsert: async (document, token) => {
        this.count += 1;
        const event = this.toEvent(document, token);
        // A copy: a subscriber that comes meanwhile gets later events only.
        for (const each of [...this.subscribers]) {
          if (this.subscribers.has(each)) each.onEvent(event);
          this.deliveries += 1;
          if (this.deliveries % DELIVERIES_PER_TURN === 0) await setImmediate();
        }
      },
      onHistoryLost: () => {
        const subscribers = [...this.subscribers];
        this.subscribers.clear();
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
