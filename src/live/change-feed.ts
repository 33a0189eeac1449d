import type { Logger } from "pino";
import { DomainError } from "../errors.js";
import { FeedSession, type Watch } from "./feed-session.js";

/** Something that was inserted, in the words of those who listen. */
export interface Heard {
  /** The id of the record that it is about. */
  readonly record: string;
  /** About as many as it takes while it waits to be told. */
  readonly bytes: number;
}

export interface Listener<H> {
  /** Called for one insert after the other. It neither waits nor throws. */
  heard(heard: H): void;
  /** Called where something was missed: nothing follows. */
  ended(error: Error): void;
}

/**
 * Tells the listeners in this process of all that any process inserts into a collection. However many they are, there is
 * one change stream; if nobody listens there is none.
 */
export class ChangeFeed<T extends object, H extends Heard> {
  readonly #listeners = new Set<Listener<H>>();
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
  async listen(listener: Listener<H>): Promise<void> {
    this.#listeners.add(listener);
    this.#session ??= new FeedSession(this.watch, this.#ears(), this.logger);
    try {
      await this.#session.opened;
    } catch (error) {
      this.leave(listener);
      throw error;
    }
  }

  leave(listener: Listener<H>): void {
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
