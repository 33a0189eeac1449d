import type { mongo } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { Event } from "../store/store.js";
import type { BoundedQueue } from "./bounded-queue.js";
import { type ChangeEvent, changeEvent } from "./change-event.js";
import { INSERTS, isHistoryLost, tokenOf } from "./feed-session.js";
import { type EventFilter, openQueue, type SubscriptionScope } from "./subscription.js";

type Needs = Pick<App, "store" | "live">;
type Stream = mongo.ChangeStream<Event>;

/** The store waits so long for a change before it answers. */
const MAX_AWAIT_MS = 50;

/**
 * Yields the events after a token, each once and in order. They come from a change stream of its own until that has
 * caught up, and then from the shared one.
 * @throws BAD_USER_INPUT if the store has no history after the token
 */
export async function eventsAfter(
  app: Needs,
  scope: SubscriptionScope,
  token: string,
  wants: EventFilter<ChangeEvent>,
  resume: string,
) {
  const stream: Stream = app.store.events.watch<Event>(INSERTS, {
    resumeAfter: { _data: token },
    maxAwaitTimeMS: MAX_AWAIT_MS,
  });
  scope.defer(() => void stream.close().catch(() => undefined));
  const first = await firstOf(stream);
  const join = () => openQueue(app.live.events, scope, wants, resume);
  return catchUp(app, { stream, first, token }, wants, join);
}

async function firstOf(stream: Stream): Promise<ChangeEvent | null> {
  try {
    return await next(stream);
  } catch (error) {
    if (!isHistoryLost(error)) throw error;
    throw new DomainError(
      "BAD_USER_INPUT",
      "The database does not remember changes as old as that: read what you need and subscribe without `after`.",
      ["after"],
      { cause: error },
    );
  }
}

/** Returns the next event, or null if there is none yet. */
async function next(stream: Stream): Promise<ChangeEvent | null> {
  const change = await stream.tryNext();
  return change?.operationType === "insert" ? changeEvent(change.fullDocument, tokenOf(change._id)) : null;
}

interface Start {
  readonly stream: Stream;
  readonly first: ChangeEvent | null;
  readonly token: string;
}

async function* catchUp(
  { live }: Needs,
  { stream, first, token }: Start,
  wants: EventFilter<ChangeEvent>,
  join: () => Promise<BoundedQueue<ChangeEvent>>,
): AsyncGenerator<ChangeEvent, void> {
  let position = token;
  let queue: BoundedQueue<ChangeEvent> | undefined;
  let joinedAt = "";
  for (let event = first; !queue || position < joinedAt; event = await next(stream)) {
    if (event) {
      position = event.token;
      if (wants(event)) yield event;
    } else {
      // Joined only now: its queue must not fill up during the catch-up.
      queue ??= await join();
      joinedAt ||= live.events.position;
      const passed = tokenOf(stream.resumeToken);
      if (passed > position) position = passed;
    }
  }
  await stream.close();
  for await (const event of queue) if (event.token > position) yield event;
}
