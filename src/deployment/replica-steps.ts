import { type AttemptState, attemptState, leftoversOf } from "../attempt/attempt-state.js";
import type { Slot } from "../jobs/job.js";
import type { ObservedContainer } from "../runtime/runtime.js";
import { MINUTE_MS } from "../units.js";
import type { DesiredRevision } from "./desired-state.js";

/** The observed state of one revision. */
export interface ObservedRevision {
  readonly slots: readonly Slot[];
  readonly containers: readonly ObservedContainer[];
  /** The limits that containers exceed, in words, by the name of the container. */
  readonly overLimit: ReadonlyMap<string, string>;
  /** The time for which this process has been able to receive heartbeats. */
  readonly listeningForMs: number;
}

export type Step =
  /** Makes the slot one of those that have a replica. */
  | { readonly do: "ADD"; readonly slot: number }
  /** Takes the slot out. Its container serves until `until`, so that routers leave it out first. */
  | { readonly do: "RETIRE"; readonly slot: number; readonly until: Date }
  /** Begins the next attempt of the slot, once nothing is left of earlier ones. */
  | { readonly do: "INTEND"; readonly slot: number; readonly leftovers: readonly string[] }
  /** Makes the container of the attempt, or what is missing of it. */
  | { readonly do: "RUN"; readonly slot: number }
  /** Gives the attempt up; the next one begins at `until` or later. */
  | {
      readonly do: "BACK_OFF";
      readonly slot: number;
      /** The reason, or the container that ended: its exit and output are the reason. */
      readonly cause: string | ObservedContainer;
      readonly failures: number;
      readonly until: Date;
    }
  /** Stops the containers of a retired slot, and forgets its attempt. */
  | { readonly do: "CLEAR"; readonly slot: number; readonly leftovers: readonly string[] }
  /** Ends the job: nothing is left, and nothing will be desired. */
  | { readonly do: "END" };

const READY_MS = 10 * MINUTE_MS;
const DRAIN_MS = 3_000;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = MINUTE_MS;
/** A replica that served for this time begins its back-off anew. */
const STEADY_MS = 10 * MINUTE_MS;

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);
const isOlder = (since: Date | null, ms: number, now: Date): boolean =>
  since !== null && now.getTime() - since.getTime() > ms;
const isWaiting = ({ not_before }: Slot, now: Date): boolean => not_before !== null && not_before > now;

/** Returns the steps that bring one revision nearer to its desired state. Pure. Steps repeat, and go in any order. */
export function stepsToward(desired: DesiredRevision, observed: ObservedRevision, now: Date): Step[] {
  const present = observed.slots.flatMap(({ wanted }, index) => (wanted ? [index] : []));
  const free = observed.slots.flatMap(({ wanted }, index) => (wanted ? [] : [index]));
  const missing = Math.max(0, desired.replicas - present.length);
  const spare = Math.max(0, present.length - desired.replicas);
  const added = free.slice(0, missing);
  const retired = spare > 0 ? present.slice(-spare) : [];
  const steps: Step[] = [
    ...added.map((slot): Step => ({ do: "ADD", slot })),
    ...retired.map((slot): Step => ({ do: "RETIRE", slot, until: drainUntil(desired, observed.slots[slot], now) })),
    ...present.filter((slot) => !retired.includes(slot)).flatMap((slot) => stepOfPresent(slot, observed, now)),
    ...free.filter((slot) => !added.includes(slot)).flatMap((slot) => stepOfRetired(slot, observed, now)),
  ];
  return steps.length === 0 && present.length === 0 && isClear(observed) && !desired.stays ? [{ do: "END" }] : steps;
}

const drainUntil = ({ drains }: DesiredRevision, slot: Slot | undefined, now: Date): Date =>
  drains && slot?.ready_at ? after(now, DRAIN_MS) : now;

const isClear = ({ slots, containers }: ObservedRevision): boolean =>
  containers.length === 0 && slots.every(({ token_hash }) => token_hash === null);

const containersOf = ({ containers }: ObservedRevision, slot: number): readonly ObservedContainer[] =>
  containers.filter((each) => each.slot === slot);

function stepOfRetired(index: number, observed: ObservedRevision, now: Date): Step[] {
  const slot = observed.slots[index];
  const containers = containersOf(observed, index);
  if (!slot || (containers.length === 0 && slot.token_hash === null && slot.last_error === null)) return [];
  return isWaiting(slot, now) ? [] : [{ do: "CLEAR", slot: index, leftovers: leftoversOf(slot, containers) }];
}

function stepOfPresent(index: number, observed: ObservedRevision, now: Date): Step[] {
  const slot = observed.slots[index];
  if (!slot) return [];
  const containers = containersOf(observed, index);
  const container = containers.find(({ name }) => name === slot.container) ?? null;
  const overLimit = (container && observed.overLimit.get(container.name)) ?? null;
  const state = attemptState(slot, { container, overLimit, listeningForMs: observed.listeningForMs }, now);
  if (state.is === "INTENDED") return [{ do: "RUN", slot: index }];
  if (state.is === "NONE")
    return isWaiting(slot, now) ? [] : [{ do: "INTEND", slot: index, leftovers: leftoversOf(slot, containers) }];
  const cause = causeOfFailure(state, slot, now);
  if (cause !== null) return [backOff(index, slot, cause, now)];
  // Begun again, a container whose program has gone learns that its attempt is taken, and the next attempt follows.
  return container?.state === "CREATED" ? [{ do: "RUN", slot: index }] : [];
}

/** Returns why a replica must be replaced, or null. Its notebook serves without end, so that any end is a failure. */
function causeOfFailure(state: AttemptState, slot: Slot, now: Date): string | ObservedContainer | null {
  switch (state.is) {
    case "COMPLETED":
      return state.error ?? "the prediction notebook ended; one that serves does not";
    case "EXITED":
    case "NOT_GRANTED":
      return state.container;
    case "OVER_LIMIT":
    case "LOST":
      return state.reason;
    case "CLAIMED":
      return !slot.ready_at && isOlder(slot.claimed_at, READY_MS, now)
        ? `it was not ready within ${READY_MS / MINUTE_MS} minutes`
        : null;
    default:
      return null;
  }
}

function backOff(index: number, { ready_at, failures }: Slot, cause: string | ObservedContainer, now: Date): Step {
  const before = isOlder(ready_at, STEADY_MS, now) ? 0 : failures;
  return { do: "BACK_OFF", slot: index, cause, failures: before + 1, until: backOffUntil(before, now) };
}

/** Returns the time at which the next attempt may begin, after `failures` lost ones in a row before this one. */
export const backOffUntil = (failures: number, now: Date): Date =>
  after(now, Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures, 10)));
