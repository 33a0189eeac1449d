import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import type { ChangeFeed, FeedEvent, Subscriber } from "./change-feed.js";

/** The resources that one subscription holds for as long as it lasts. Ending it lets go of all that, once and at once. */
export class SubscriptionScope {
  readonly #ends: (() => void)[] = [];
  #hasEnded = false;

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Called at the end; at once where it has ended. */
  defer(letGo: () => void): void {
    if (this.#hasEnded) letGo();
    else this.#ends.push(letGo);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const letGo of this.#ends.reverse()) letGo();
  }
}

/**
 * The events of one subscription. A generator alone would let go of what it holds only when the event comes that it
 * waits for, or never.
 */
export class SubscriptionIterator<T> implements AsyncIterableIterator<T> {
  constructor(
    private readonly events: AsyncGenerator<T, void>,
    private readonly life: SubscriptionScope,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.life.hasEnded) return { done: true, value: undefined };
    try {
      const { done, value } = await this.events.next();
      if (!done && !this.life.hasEnded) return { done, value };
    } catch (error) {
      // A client that has left wants no errors.
      if (!this.life.hasEnded) {
        this.life.end();
        throw error;
      }
    }
    this.life.end();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.life.end();
    // Not waited for: it may be in the middle of reading the store.
    this.events.return().catch(() => undefined);
    return { done: true, value: undefined };
  }
}

/** The most that a subscriber may be behind. */
const MAX_QUEUED_EVENTS = 1_000;
export const MAX_QUEUED_BYTES = 1024 * 1024;

/**
 * The events that wait for one subscriber. Putting one in never blocks: a subscriber that is too far behind is
 * ended instead, and what waited for it is let go.
 */
export class BoundedQueue<T> {
  #waiting: { readonly value: T; readonly bytes: number }[] = [];
  #bytes = 0;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param tooFar what a subscriber is told that is too far behind. */
  constructor(private readonly tooFar: () => Error) {}

  push(value: T, bytes: number): void {
    if (this.#hasEnded) return;
    this.#waiting.push({ value, bytes });
    this.#bytes += bytes;
    // One alone may be larger: a subscriber that waits for it is not behind.
    const isBehind = this.#waiting.length > 1;
    if (isBehind && (this.#waiting.length > MAX_QUEUED_EVENTS || this.#bytes > MAX_QUEUED_BYTES))
      this.end(this.tooFar());
    this.#wake?.();
  }

  /** Nothing follows; what waits is let go. */
  end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    this.#waiting = [];
    this.#bytes = 0;
    this.#wake?.();
  }

  /** In order, each when there is one. @throws the error that it ended with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let value = await this.#next(); value !== undefined; value = await this.#next()) yield value;
  }

  /** Undefined at the end. */
  async #next(): Promise<T | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#error) throw this.#error;
    const first = this.#waiting.shift();
    this.#bytes -= first?.bytes ?? 0;
    return first?.value;
  }
}

/** The events that one subscription is told of a feed. */
export interface Interest<H extends FeedEvent> {
  readonly caller: Caller;
  /** Asked for everything that any process does: it must be quick. */
  readonly wants: (heard: H) => boolean;
}

/** True if a subscription is told of it. */
export const isFor = <H extends FeedEvent>({ caller, wants }: Interest<H>, heard: H): boolean =>
  wants(heard) && mayHear(caller, heard.record);

/**
 * Listens to a feed for as long as a life lasts. When it resolves, nothing is missed from then on.
 * @throws what the store refuses a change stream for
 */
export async function addSubscriber<T extends object, H extends FeedEvent>(
  feed: ChangeFeed<T, H>,
  life: SubscriptionScope,
  hearing: Interest<H>,
  { heard, ended }: Subscriber<H>,
): Promise<void> {
  const listener = { heard: (each: H) => isFor(hearing, each) && heard(each), ended };
  life.defer(() => feed.leave(listener));
  await feed.listen(listener);
  // Nobody waits for it any more: the listening that has begun meanwhile is let go.
  if (life.hasEnded) feed.leave(listener);
}

/**
 * Opens the queue of what a subscription hears.
 * @param resume how a subscriber goes on that was too slow, as the end of a sentence.
 * @throws what the store refuses a change stream for
 */
export async function openQueue<T extends object, H extends FeedEvent>(
  feed: ChangeFeed<T, H>,
  life: SubscriptionScope,
  hearing: Interest<H>,
  resume: string,
): Promise<BoundedQueue<H>> {
  const queue = new BoundedQueue<H>(
    () =>
      new DomainError(
        "LIMIT_EXCEEDED",
        `The subscription was more than ${MAX_QUEUED_EVENTS} events or 1 MiB behind: ${resume}`,
      ),
  );
  life.defer(() => queue.end());
  await addSubscriber(feed, life, hearing, {
    heard: (heard) => queue.push(heard, heard.bytes),
    ended: (error) => queue.end(error),
  });
  return queue;
}

/**
 * True if the caller may hear of that record: asked for each event, since what one may read can change while one
 * listens. Whoever is let in at all may read every record.
 */
export const mayHear = (_caller: Caller, _record: string): boolean => true;
