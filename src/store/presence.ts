import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { mongo } from "mongoose";
import { MINUTE_MS } from "../units.js";
import { isDuplicateKey, StoreRefused } from "./store-errors.js";
import type { Processes, Store } from "./store.js";

type PresenceStore = Pick<Store, "now" | "processes">;

export interface PresenceOptions {
  /**
   * The place outside of which this process can build and run nothing, as `folder on machine`. Null with an engine,
   * which other processes reach, too.
   */
  readonly home?: string | null;
  readonly heartbeatMs?: number;
}

const ID = "processes";

/** Two beats may fail before the process counts as gone. */
const HEARTBEAT_MS = 20_000;

/** A process that was not seen for this long counts as gone. */
const GONE_MS = MINUTE_MS;
const LEAVING_MS = 30_000;

const PAUSE_MS = 200;

export interface Presence {
  /** How many other processes there were when this one announced itself. */
  readonly others: number;
  /**
   * Ends the presence of this process. If it is the last one, it first carries out the act. A process that starts
   * meanwhile waits for the end of it.
   */
  leave(act: () => Promise<void>): Promise<void>;
}

/**
 * Announces this process again and again. Waits first while the last process before it is leaving.
 * @throws StoreRefused if another process is present and one of the two cannot see what the other runs.
 */
export async function openPresence(
  store: PresenceStore,
  { home = null, heartbeatMs = HEARTBEAT_MS }: PresenceOptions = {},
): Promise<Presence> {
  const id = randomUUID();
  let isLeaving = false;
  let isAnnounced = false;
  let present = 0;
  const announce = () =>
    compareAndSet(store, (seen, now) => {
      const elsewhere = isAnnounced ? undefined : others(seen, id, now).find((each) => (each.home ?? null) !== home);
      if (elsewhere) throw new StoreRefused(refusalOf(elsewhere.home ?? null, home));
      if (isLeaving || (seen.leaving && seen.leaving.until > now)) return null;
      if (!isAnnounced) present = others(seen, id, now).length;
      return { there: [...others(seen, id, now), { id, seen_at: now, home }], leaving: null };
    });
  while (!(await announce())) await delay(PAUSE_MS);
  isAnnounced = true;
  const heartbeat = setInterval(() => {
    // The store is away: the next beat tries again.
    void announce().catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  return {
    others: present,
    async leave(act) {
      isLeaving = true;
      clearInterval(heartbeat);
      let isLast = false;
      await compareAndSet(store, (seen, now) => {
        const there = others(seen, id, now);
        isLast = there.length === 0;
        const until = new Date(now.getTime() + LEAVING_MS);
        return { there, leaving: isLast ? { id, until } : seen.leaving };
      });
      if (!isLast) return;
      try {
        await act();
      } finally {
        await compareAndSet(store, ({ there, leaving }) => (leaving?.id === id ? { there, leaving: null } : null));
      }
    },
  };
}

const refusalOf = (theirs: string | null, own: string | null): string =>
  `Another server of this store ${describeRuntime(theirs)}, and this one ${describeRuntime(own)}: neither would see what the other one runs. ` +
  `Local processes take one server, on one machine: stop the other one (one that was killed counts for a minute), let all use Docker (ROCAS_RUNTIME=docker), or give this one a store of its own.`;

const describeRuntime = (home: string | null): string =>
  home === null ? "runs projects by a Docker engine" : `runs projects by local processes in ${home}`;

const others = ({ there }: Processes, id: string, now: Date) =>
  there.filter((each) => each.id !== id && now.getTime() - each.seen_at.getTime() < GONE_MS);

/** Changes the document by compare-and-set. Returns false if `change` returns null. */
async function compareAndSet(
  { processes, now }: PresenceStore,
  change: (seen: Processes, now: Date) => Pick<Processes, "there" | "leaving"> | null,
): Promise<boolean> {
  for (;;) {
    const seen = await processes.findOne({ _id: ID });
    const { version } = seen ?? { version: 0 };
    const next = change(seen ?? { _id: ID, version, there: [], leaving: null }, await now());
    if (!next) return false;
    if (!seen) {
      if (await insertFirst(processes, { _id: ID, version: 1, ...next })) return true;
      continue;
    }
    const { matchedCount } = await processes.updateOne(
      { _id: ID, version },
      { $set: { there: [...next.there], leaving: next.leaving, version: version + 1 } },
    );
    if (matchedCount === 1) return true;
  }
}

async function insertFirst(processes: mongo.Collection<Processes>, document: Processes): Promise<boolean> {
  try {
    await processes.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
