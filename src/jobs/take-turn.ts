import type { App } from "../app.js";
import { jittered } from "../jitter.js";
import { isDuplicateKey } from "../store/store-errors.js";
import { MINUTE_MS } from "../units.js";
import type { Job } from "./job.js";
import type { Lease } from "./lease.js";
import type { QueuedKind } from "./queue-order.js";
import { type Queue, QUEUED_KINDS, readQueue } from "./read-queue.js";

/** A waiting job is woken when its turn comes. This finds those whose wake was lost. */
const WAITING_MS = 5 * MINUTE_MS;
const TRIES = 5;
const AGAIN_MS = 1_000;

type TurnApp = Pick<App, "store" | "settings" | "work">;

/**
 * Starts a waiting job if its turn has come: it takes a seat, which its end frees. The seats are unique in the store, so
 * that processes that choose at the same time keep to the caps.
 * @param also written with the seat.
 * @returns null if it has its turn, else the milliseconds until the next tick.
 * @throws LeaseLost
 */
export async function takeTurn(app: TurnApp, lease: Lease, also: Partial<Job> = {}): Promise<number | null> {
  const { _id, kind, proj } = lease.job;
  if (kind === "DEPLOY") return null;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const queue = await readQueue(app, kind);
    const place = queue.places.find((each) => each._id === _id);
    if (place?.hindrance !== null) {
      await wake(app, queue);
      return jittered(WAITING_MS);
    }
    try {
      const started_at = await app.store.now();
      await lease.write({ $set: { ...also, ...seatsOf(queue, kind, proj), state: "STARTING", started_at } });
      return null;
    } catch (error) {
      // Another process took the seat.
      if (!isDuplicateKey(error, "seat") && !isDuplicateKey(error, "project_seat")) throw error;
    }
  }
  return AGAIN_MS;
}

/** Makes the jobs due whose turn has come. Repeatable: call it whenever a seat is freed, before that is forgotten. */
export async function wakeWaiting(app: TurnApp, kind: Job["kind"]): Promise<void> {
  if (kind !== "DEPLOY") await wake(app, await readQueue(app, kind));
}

/** For a start with other caps. */
export async function wakeAllWaiting(app: TurnApp): Promise<void> {
  for (const kind of QUEUED_KINDS) await wakeWaiting(app, kind);
}

async function wake({ store, work }: TurnApp, { places }: Queue): Promise<void> {
  const ids = places.filter(({ hindrance }) => hindrance === null).map(({ _id }) => _id);
  if (ids.length === 0) return;
  const now = await store.now();
  // Also those that are due already: a tick under way may have read the queue before.
  await store.jobs.updateMany({ _id: { $in: ids }, state: "QUEUED" }, { $set: { next_reconcile_at: now } });
  work.lookForJobs();
}

/** Returns the lowest free seats: one of all, and one of the project if that has a cap. */
function seatsOf({ jobs, caps }: Queue, kind: QueuedKind, proj: string): Pick<Job, "seat" | "project_seat"> {
  const ofProject = `${kind}.${proj}.`;
  const projectSeat = lowestFree(ofProject, new Set(jobs.map((job) => job.projectSeat)));
  return {
    seat: lowestFree(`${kind}.`, new Set(jobs.map((job) => job.seat))),
    ...(Number.isFinite(caps.ofProject(proj)) && { project_seat: projectSeat }),
  };
}

function lowestFree(prefix: string, taken: ReadonlySet<string | null>): string {
  let number = 0;
  while (taken.has(prefix + String(number))) number += 1;
  return prefix + String(number);
}
