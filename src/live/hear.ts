import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { BoundedQueue, MOST_EVENTS } from "./bounded-queue.js";
import type { ChangeFeed, Heard, Listener } from "./change-feed.js";
import type { Life } from "./life.js";
import { mayHear } from "./may-hear.js";

export interface Hearing<H extends Heard> {
  readonly caller: Caller;
  /** The record that something heard is about. */
  readonly recordOf: (heard: H) => string;
  /** Asked for everything that any process does: it must be quick. */
  readonly wants: (heard: H) => boolean;
  /** How a subscriber goes on that was too slow, as the end of a sentence. */
  readonly resume: string;
}

/** Whether a subscription is told of it. */
export const isFor = <H extends Heard>({ caller, recordOf, wants }: Hearing<H>, heard: H): boolean =>
  wants(heard) && mayHear(caller, recordOf(heard));

/**
 * What a subscription hears of a feed, in a queue of its own, for as long as its life lasts. When it resolves, nothing
 * is missed from then on.
 * @throws what the store refuses a change stream for
 */
export async function hear<T extends { _id: string }, H extends Heard>(
  feed: ChangeFeed<T, H>,
  life: Life,
  hearing: Hearing<H>,
): Promise<BoundedQueue<H>> {
  const queue = new BoundedQueue<H>(
    () =>
      new DomainError(
        "LIMIT_EXCEEDED",
        `The subscription was more than ${MOST_EVENTS} events or 1 MiB behind: ${hearing.resume}`,
      ),
  );
  const listener: Listener<H> = {
    heard: (heard) => {
      if (isFor(hearing, heard)) queue.push(heard, heard.bytes);
    },
    ended: (error) => queue.end(error),
  };
  life.defer(() => {
    feed.leave(listener);
    queue.end();
  });
  await feed.listen(listener);
  // Nobody waits for it any more: the listening that has begun meanwhile is let go.
  if (life.hasEnded) feed.leave(listener);
  return queue;
}
