import { isSilent, LOST, NOT_GRANTED, START_MS } from "../attempt/attempt-state.js";
import type { Slot } from "../jobs/job.js";
import type { ObservedContainer } from "../runtime/runtime.js";

/** The desired state of one revision of a deployment. */
export interface DesiredRevision {
  /** The number of replicas. */
  readonly replicas: number;
  /** True if it may be wanted again later, though it has no replicas at the moment: a revision that is not ends. */
  readonly stays: boolean;
  /** True if a replica that goes is first left out by the routers. */
  readonly drains: boolean;
}

/** The observed state of it. */
export interface ObservedRevision {
  readonly slots: readonly Slot[];
  readonly containers: readonly ObservedContainer[];
  /** Why containers must go, by their name: disk. */
  readonly overLimit: ReadonlyMap<string, string>;
  /** The time for which somebody has been there to hear heartbeats. */
  readonly listeningForMs: number;
}

export type Step =
  /** The slot is wanted from now on. */
  | { readonly do: "WANT"; readonly slot: number }
  /** The slot is not wanted any more; its container serves until `until`, so that routers leave it out first. */
  | { readonly do: "RETIRE"; readonly slot: number; readonly until: Date }
  /** The next attempt of the slot, once what is left of earlier ones is gone. */
  | { readonly do: "INTEND"; readonly slot: number; readonly leftovers: readonly string[] }
  /** Makes the container of the attempt, or what is missing of it. */
  | { readonly do: "RUN"; readonly slot: number }
  /** The attempt is over; the next one may not begin before `until`. */
  | {
      readonly do: "LOSE";
      readonly slot: number;
      readonly reason: string | null;
      readonly failures: number;
      readonly until: Date;
    }
  /** Stops what is there of a slot that is not wanted, and forgets its attempt. */
  | { readonly do: "CLEAR"; readonly slot: number; readonly leftovers: readonly string[] }
  /** Nothing is left and nothing will be wanted. */
  | { readonly do: "END" };

const READY_MS = 10 * 60_000;
const DRAIN_MS = 3_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;
/** A replica that served for so long begins its back-off anew. */
const STEADY_MS = 10 * 60_000;

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
const age = (now: Date, since: Date): number => now.getTime() - since.getTime();

/** The steps that bring one revision nearer to what is wanted. Pure; each step is repeatable, and they may be carried out in any order. */
export function stepsToward(wanted: DesiredRevision, seen: ObservedRevision, now: Date): Step[] {
  const present = seen.slots.flatMap(({ wanted }, index) => (wanted ? [index] : []));
  const free = seen.slots.flatMap(({ wanted }, index) => (wanted ? [] : [index]));
  const missing = Math.max(0, wanted.replicas - present.length);
  const spare = Math.max(0, present.length - wanted.replicas);
  const called = free.slice(0, missing);
  const retired = spare > 0 ? present.slice(-spare) : [];
  const steps: Step[] = [
    ...called.map((slot): Step => ({ do: "WANT", slot })),
    ...retired.map((slot): Step => ({ do: "RETIRE", slot, until: until(wanted, seen.slots[slot], now) })),
    ...present.filter((slot) => !retired.includes(slot)).flatMap((slot) => stepOfDesired(slot, seen, now)),
    ...free.filter((slot) => !called.includes(slot)).flatMap((slot) => stepOfRetired(slot, seen, now)),
  ];
  return steps.length === 0 && present.length === 0 && isClear(seen) && !wanted.stays ? [{ do: "END" }] : steps;
}

const until = ({ drains }: DesiredRevision, slot: Slot | undefined, now: Date): Date =>
  drains && slot?.ready_at ? after(now, DRAIN_MS) : now;

const isClear = ({ slots, containers }: ObservedRevision): boolean =>
  containers.length === 0 && slots.every(({ token_hash }) => token_hash === null);

const containersOf = ({ containers }: ObservedRevision, slot: number): readonly ObservedContainer[] =>
  containers.filter((each) => each.slot === slot);

/** The recorded one too: its volumes may be there still, after a removal whose answer was lost. */
const leftoversOf = (slot: Slot | undefined, there: readonly ObservedContainer[]): string[] => [
  ...new Set([...there.map(({ name }) => name), ...(slot?.container ? [slot.container] : [])]),
];

function stepOfRetired(index: number, seen: ObservedRevision, now: Date): Step[] {
  const slot = seen.slots[index];
  const there = containersOf(seen, index);
  const leftovers = leftoversOf(slot, there);
  if (!slot || (there.length === 0 && slot.token_hash === null && slot.last_error === null)) return [];
  return slot.not_before && slot.not_before > now ? [] : [{ do: "CLEAR", slot: index, leftovers }];
}

function stepOfDesired(index: number, seen: ObservedRevision, now: Date): Step[] {
  const slot = seen.slots[index];
  if (!slot) return [];
  const all = containersOf(seen, index);
  // Without a token nobody works for the slot: it has not begun, or its last attempt was lost.
  if (slot.token_hash === null) {
    if (slot.not_before && slot.not_before > now) return [];
    return [{ do: "INTEND", slot: index, leftovers: leftoversOf(slot, all) }];
  }
  const container = all.find(({ name }) => name === slot.container) ?? null;
  const lost = whyLost(slot, container, seen, now);
  if (lost !== undefined) return [lose(index, slot, lost, now)];
  return container?.state === "RUNNING" ? [] : [{ do: "RUN", slot: index }];
}

/** Undefined where the attempt may go on; null if the engine has to be asked for the reason: how its container ended. */
function whyLost(
  slot: Slot,
  container: ObservedContainer | null,
  seen: ObservedRevision,
  now: Date,
): string | null | undefined {
  if (slot.completed) return slot.completed.error ?? "the prediction notebook ended; one that serves does not";
  if (container?.state === "EXITED") return container.exit?.code === NOT_GRANTED ? LOST.notGranted : null;
  const { claimed_at, intended_at, ready_at } = slot;
  if (!claimed_at) return intended_at && age(now, intended_at) > START_MS ? LOST.notBegun : undefined;
  if (!container) return LOST.gone;
  const excess = seen.overLimit.get(container.name);
  if (excess) return excess;
  if (!ready_at && age(now, claimed_at) > READY_MS) return "it was not ready within 10 minutes";
  return isSilent(slot, seen.listeningForMs, now) ? LOST.silent : undefined;
}

function lose(index: number, { ready_at, failures }: Slot, reason: string | null, now: Date): Step {
  const steady = ready_at !== null && age(now, ready_at) > STEADY_MS;
  const before = steady ? 0 : failures;
  return { do: "LOSE", slot: index, reason, failures: before + 1, until: backOffUntil(before, now) };
}

/** The time at which the next attempt may begin, after so many in a row that were lost before this one. */
export const backOffUntil = (failures: number, now: Date): Date =>
  after(now, Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10)));
