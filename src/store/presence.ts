import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { mongo } from "mongoose";
import { isDuplicateKey } from "./duplicate-key.js";
import type { Processes } from "./processes.js";
import type { Store } from "./store.js";

type Present = Pick<Store, "now" | "processes">;

const ID = "processes";
const BEAT_MS = 15_000;
/** A process that was not seen for so long is gone. */
const GONE_MS = 60_000;
const LEAVING_MS = 30_000;
const PAUSE_MS = 200;

export interface Presence {
  /**
   * Ends this process's presence. If no other process is there, the act is carried out first, and one that starts
   * meanwhile waits for it.
   */
  leave(act: () => Promise<void>): Promise<void>;
}

/** Says that this process is there, again and again. Waits while the last one before it is leaving. */
export async function openPresence(store: Present, beatMs = BEAT_MS): Promise<Presence> {
  const id = randomUUID();
  let isLeaving = false;
  const arrived = () =>
    changed(store, (seen, now) => {
      if (isLeaving || (seen.leaving && seen.leaving.until > now)) return null;
      return { there: [...others(seen, id, now), { id, seen_at: now }], leaving: null };
    });
  while (!(await arrived())) await delay(PAUSE_MS);
  const beat = setInterval(() => {
    // The store is away: the next beat tells.
    void arrived().catch(() => undefined);
  }, beatMs);
  beat.unref();
  return {
    async leave(act) {
      isLeaving = true;
      clearInterval(beat);
      let isLast = false;
      await changed(store, (seen, now) => {
        const there = others(seen, id, now);
        isLast = there.length === 0;
        const until = new Date(now.getTime() + LEAVING_MS);
        return { there, leaving: isLast ? { id, until } : seen.leaving };
      });
      if (!isLast) return;
      try {
        await act();
      } finally {
        await changed(store, ({ there, leaving }) => (leaving?.id === id ? { there, leaving: null } : null));
      }
    },
  };
}

const others = ({ there }: Processes, id: string, now: Date) =>
  there.filter((each) => each.id !== id && now.getTime() - each.seen_at.getTime() < GONE_MS);

/** Whether it was changed: not where the change is null. */
async function changed(
  { processes, now }: Present,
  change: (seen: Processes, now: Date) => Pick<Processes, "there" | "leaving"> | null,
): Promise<boolean> {
  for (;;) {
    const seen = await processes.findOne({ _id: ID });
    const { version } = seen ?? { version: 0 };
    const next = change(seen ?? { _id: ID, version, there: [], leaving: null }, await now());
    if (!next) return false;
    if (!seen) {
      if (await inserted(processes, { _id: ID, version: 1, ...next })) return true;
      continue;
    }
    const { matchedCount } = await processes.updateOne(
      { _id: ID, version },
      { $set: { there: [...next.there], leaving: next.leaving, version: version + 1 } },
    );
    if (matchedCount === 1) return true;
  }
}

async function inserted(processes: mongo.Collection<Processes>, document: Processes): Promise<boolean> {
  try {
    await processes.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
