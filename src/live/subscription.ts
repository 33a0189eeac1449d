import { DomainError } from "../errors.js";
import { BoundedQueue, MAX_QUEUED_EVENTS } from "./bounded-queue.js";
import type { ChangeFeed, FeedEvent, Subscriber } from "./change-feed.js";

/** The resources of one subscription, released at its end. */
export class SubscriptionScope {
  private readonly releases: (() => void)[] = [];
  private isOver = false;

  get hasEnded(): boolean {
    return this.isOver;
  }

  /** Calls `release` at the end, or at once if it has passed. */
  defer(release: () => void): void {
    if (this.isOver) release();
    else this.releases.push(release);
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const release of this.releases.reverse()) release();
  }
}

/**
 * The events of one subscription, which end with its scope. A generator alone cannot be ended while it waits for an
 * event: it would hold its resources until the next one.
 */
export class SubscriptionIterator<T> implements AsyncIterableIterator<T> {
  constructor(
    private readonly events: AsyncGenerator<T, void>,
    private readonly scope: SubscriptionScope,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.scope.hasEnded) return { done: true, value: undefined };
    try {
      const { done, value } = await this.events.next();
      if (!done && !this.scope.hasEnded) return { done, value };
    } catch (error) {
      // A client that has left wants no errors.
      if (!this.scope.hasEnded) {
        this.scope.end();
        throw error;
      }
    }
    this.scope.end();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.scope.end();
    // Not awaited: the generator may be reading the store.
    this.events.return().catch(() => undefined);
    return { done: true, value: undefined };
  }
}

/** Returns true if a subscription wants the event. It is called for every event of the feed and must be fast. */
export type EventFilter<E extends FeedEvent> = (event: E) => boolean;

/**
 * Subscribes to a feed until the scope ends. Once it resolves, no event is missed.
 * @throws the store's error if it refuses a change stream
 */
export async function subscribeWithin<T extends object, E extends FeedEvent>(
  feed: ChangeFeed<T, E>,
  scope: SubscriptionScope,
  wants: EventFilter<E>,
  { onEvent, onError }: Subscriber<E>,
): Promise<void> {
  const subscriber = { onEvent: (event: E) => wants(event) && onEvent(event), onError };
  scope.defer(() => feed.unsubscribe(subscriber));
  await feed.subscribe(subscriber);
  // The scope may have ended while the feed opened.
  if (scope.hasEnded) feed.unsubscribe(subscriber);
}

/**
 * Opens a queue of the events that a subscription wants.
 * @param resume tells a subscriber that was too slow how to go on; it ends the sentence of the error.
 * @throws the store's error if it refuses a change stream
 */
export async function openQueue<T extends object, E extends FeedEvent>(
  feed: ChangeFeed<T, E>,
  scope: SubscriptionScope,
  wants: EventFilter<E>,
  resume: string,
): Promise<BoundedQueue<E>> {
  const queue = new BoundedQueue<E>(
    () =>
      new DomainError(
        "LIMIT_EXCEEDED",
        `The subscription was more than ${MAX_QUEUED_EVENTS} events or 1 MiB behind: ${resume}`,
      ),
  );
  scope.defer(() => queue.end());
  await subscribeWithin(feed, scope, wants, {
    onEvent: (event) => queue.push(event, event.bytes),
    onError: (error) => queue.end(error),
  });
  return queue;
}
