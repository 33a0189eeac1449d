import type { mongo } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { Event } from "../store/store.js";
import { type ChangeEvent, changeEvent } from "./change-event.js";
import { INSERTS, isHistoryLost, tokenOf } from "./change-feed.js";
import { type BoundedQueue, type Interest, isFor, openQueue, type SubscriptionScope } from "./subscription.js";

type Needs = Pick<App, "store" | "live">;
type Stream = mongo.ChangeStream<Event>;

/** The time that the store waits for something new before it says that there is nothing. */
const PATIENCE_MS = 50;

/**
 * Yields the events after a token, each once and in order: from a change stream of its own until it has caught up, and then
 * from the one that everybody shares.
 * @throws BAD_USER_INPUT if the store remembers too little
 */
export async function eventsAfter(
  app: Needs,
  life: SubscriptionScope,
  token: string,
  hearing: Interest<ChangeEvent>,
  resume: string,
) {
  const stream: Stream = app.store.events.watch<Event>(INSERTS, {
    resumeAfter: { _data: token },
    maxAwaitTimeMS: PATIENCE_MS,
  });
  life.defer(() => void stream.close().catch(() => undefined));
  const first = await firstOf(stream);
  const join = () => openQueue(app.live.events, life, hearing, resume);
  return caughtUp(app, { stream, first, token }, hearing, join);
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

async function next(stream: Stream): Promise<ChangeEvent | null> {
  const change = await stream.tryNext();
  return change?.operationType === "insert" ? changeEvent(change.fullDocument, tokenOf(change._id)) : null;
}

interface Beginning {
  readonly stream: Stream;
  readonly first: ChangeEvent | null;
  readonly token: string;
}

async function* caughtUp(
  { live }: Needs,
  { stream, first, token }: Beginning,
  hearing: Interest<ChangeEvent>,
  join: () => Promise<BoundedQueue<ChangeEvent>>,
): AsyncGenerator<ChangeEvent, void> {
  let position = token;
  let queue: BoundedQueue<ChangeEvent> | undefined;
  let joined = "";
  for (let event = first; !queue || position < joined; event = await next(stream)) {
    if (event) {
      position = event.token;
      if (isFor(hearing, event)) yield event;
    } else {
      // Everybody's stream is joined only now, so that its queue holds little when this one has caught up with it.
      queue ??= await join();
      joined ||= live.events.position;
      const passed = tokenOf(stream.resumeToken);
      if (passed > position) position = passed;
    }
  }
  await stream.close();
  for await (const event of queue) if (event.token > position) yield event;
}
