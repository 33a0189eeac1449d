import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { BoundedQueue, MOST_EVENTS } from "./bounded-queue.js";
import type { ChangeFeed, Heard, Listener } from "./change-feed.js";
import type { Life } from "./life.js";
import { mayHear } from "./may-hear.js";

/** The events that one subscription is told of a feed. */
export interface Hearing<H extends Heard> {
  readonly caller: Caller;
  /** Asked for everything that any process does: it must be quick. */
  readonly wants: (heard: H) => boolean;
}

/** True if a subscription is told of it. */
export const isFor = <H extends Heard>({ caller, wants }: Hearing<H>, heard: H): boolean =>
  wants(heard) && mayHear(caller, heard.record);

/**
 * Listens to a feed for as long as a life lasts. When it resolves, nothing is missed from then on.
 * @throws what the store refuses a change stream for
 */
export async function listen<T extends object, H extends Heard>(
  feed: ChangeFeed<T, H>,
  life: Life,
  hearing: Hearing<H>,
  { heard, ended }: Listener<H>,
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
export async function hear<T extends object, H extends Heard>(
  feed: ChangeFeed<T, H>,
  life: Life,
  hearing: Hearing<H>,
  resume: string,
): Promise<BoundedQueue<H>> {
  const queue = new BoundedQueue<H>(
    () =>
      new DomainError(
        "LIMIT_EXCEEDED",
        `The subscription was more than ${MOST_EVENTS} events or 1 MiB behind: ${resume}`,
      ),
  );
  life.defer(() => queue.end());
  await listen(feed, life, hearing, {
    heard: (heard) => queue.push(heard, heard.bytes),
    ended: (error) => queue.end(error),
  });
  return queue;
}
