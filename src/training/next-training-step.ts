import { exitReason, isSilent, LOST, NOT_GRANTED, STOPPED } from "../attempt/attempt-state.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job } from "../jobs/job.js";
import { hasHeartbeat } from "../jobs/tick.js";
import type { ObservedContainer } from "../runtime/runtime.js";

export type TrainingStep =
  /** The next attempt; whatever is left of the one before goes first. */
  | { readonly do: "INTEND"; readonly reason: string | null }
  /** Makes the container, or what is missing of it. */
  | { readonly do: "RUN" }
  /** The notebook runs now. */
  | { readonly do: "BEGIN" }
  | { readonly do: "WAIT" }
  | { readonly do: "END"; readonly state: "SUCCEEDED" | "FAILED"; readonly error: string | null }
  /** Ends it once nothing runs any more. */
  | { readonly do: "CANCEL" };

export interface ObservedTraining {
  readonly now: Date;
  /** The container of the attempt, or null if there is none. */
  readonly container: ObservedContainer | null;
  readonly lastOutput: string;
  readonly overLimit: string | null;
  /** The time for which somebody has been there to hear heartbeats. */
  readonly listeningForMs: number;
  readonly resources: ResourceProfile;
}

/** The container ends itself when its time is over, and tells what it came to. */
const REPORT_GRACE_MS = 30_000;

const lost = ({ slots, max_attempts }: Job, reason: string): TrainingStep =>
  (slots[0]?.attempt ?? 0) < max_attempts
    ? { do: "INTEND", reason }
    : { do: "END", state: "FAILED", error: `${reason}; it was attempted ${max_attempts} times` };

/** Returns the next step of a training, given its job and what was seen of its container. Pure. */
export function nextTrainingStep(job: Job, seen: ObservedTraining): TrainingStep {
  const { now, container } = seen;
  const slot = job.slots[0];
  // The result of the notebook is stored: the cancellation came too late.
  if (slot?.completed)
    return { do: "END", state: slot.completed.ok ? "SUCCEEDED" : "FAILED", error: slot.completed.error };
  if (job.desired === "CANCEL") return { do: "CANCEL" };
  if (!slot || slot.attempt === 0) return { do: "INTEND", reason: null };
  const { run, start } = job.deadlines;
  if (container?.state === "EXITED") return ended(job, container, seen);
  if (run && now.getTime() > run.getTime() + REPORT_GRACE_MS)
    return { do: "END", state: "FAILED", error: "it ran longer than it may" };
  if (!slot.claimed_at) {
    if (start && now > start) return lost(job, LOST.notBegun);
    return container?.state === "RUNNING" ? { do: "WAIT" } : { do: "RUN" };
  }
  if (!container && hasHeartbeat(job, now)) return { do: "WAIT" }; // An engine that does not show what is at work is mistaken.
  if (!container) return lost(job, LOST.gone);
  if (seen.overLimit) return { do: "END", state: "FAILED", error: seen.overLimit };
  if (isSilent(slot, seen.listeningForMs, now)) return lost(job, LOST.silent);
  return job.state === "RUNNING" ? { do: "WAIT" } : { do: "BEGIN" };
}

function ended(job: Job, container: ObservedContainer, { resources, lastOutput }: ObservedTraining): TrainingStep {
  const { exit } = container;
  if (exit?.code === NOT_GRANTED) return lost(job, LOST.notGranted);
  if (exit?.code === STOPPED) return lost(job, "the container was stopped from outside");
  if (exit?.code === 0 && job.slots[0]?.claimed_at) return { do: "END", state: "SUCCEEDED", error: null };
  return { do: "END", state: "FAILED", error: exitReason(container, resources, lastOutput) };
}
