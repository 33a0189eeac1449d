import { attemptState, exitReason, type ObservedAttempt, STOPPED } from "../attempt/attempt-state.js";
import type { ResourceProfile } from "../graph/resource-profile.js";
import type { Job } from "../jobs/job.js";
import { hasHeartbeat } from "../jobs/tick.js";
import type { ObservedContainer } from "../runtime/runtime.js";

export type TrainingStep =
  /** Begins the next attempt, once nothing is left of the one before. */
  | { readonly do: "INTEND"; readonly reason: string | null }
  /** Makes the container, or what is missing of it. */
  | { readonly do: "RUN" }
  /** Notes that the notebook runs. */
  | { readonly do: "BEGIN" }
  | { readonly do: "WAIT" }
  | { readonly do: "END"; readonly state: "SUCCEEDED" | "FAILED"; readonly error: string | null }
  /** Ends the training once nothing of it runs any more. */
  | { readonly do: "CANCEL" };

export interface ObservedTraining extends ObservedAttempt {
  readonly now: Date;
  readonly lastOutput: string;
  readonly resources: ResourceProfile;
  readonly timeoutSeconds: number;
}

/** The container ends itself at its deadline; this is the time it has to report its result. */
const REPORT_GRACE_MS = 30_000;

/** Returns the next step of a training, given its job and what was observed of its container. Pure. */
export function nextTrainingStep(job: Job, observed: ObservedTraining): TrainingStep {
  const { now, container } = observed;
  const slot = job.slots[0];
  if (!slot) throw new Error(`${job._id} has no slot.`);
  const state = attemptState(slot, observed, now);
  // A stored result counts before a cancellation, which came too late.
  if (state.is === "COMPLETED") return end(state.ok ? "SUCCEEDED" : "FAILED", state.error);
  if (job.desired === "CANCEL") return { do: "CANCEL" };
  if (state.is === "NOT_GRANTED") {
    const { resources, lastOutput } = observed;
    return tryAgain(job, exitReason(state.container, resources, lastOutput, false));
  }
  if (state.is === "EXITED") return afterExit(job, state.container, observed);
  const { run } = job.deadlines;
  if (run && now.getTime() > run.getTime() + REPORT_GRACE_MS) return end("FAILED", tooLong(observed));
  // An engine that does not show a container with a heartbeat is mistaken.
  if (!container && hasHeartbeat(job, now)) return { do: "WAIT" };
  switch (state.is) {
    case "NONE":
      return { do: "INTEND", reason: null };
    case "INTENDED":
      return { do: "RUN" };
    case "STARTING":
      return { do: "WAIT" };
    case "CLAIMED":
      return { do: job.state === "RUNNING" ? "WAIT" : "BEGIN" };
    case "OVER_LIMIT":
      return end("FAILED", state.reason);
    case "LOST":
      return tryAgain(job, state.reason);
  }
}

const tooLong = ({ timeoutSeconds }: ObservedTraining) =>
  `it ran longer than the ${timeoutSeconds} seconds that it may`;

const end = (state: "SUCCEEDED" | "FAILED", error: string | null): TrainingStep => ({ do: "END", state, error });

const tryAgain = ({ slots, max_attempts }: Job, reason: string): TrainingStep =>
  (slots[0]?.attempt ?? 0) < max_attempts
    ? { do: "INTEND", reason }
    : end("FAILED", `${reason}; it was attempted ${max_attempts} times`);

function afterExit(job: Job, container: ObservedContainer, { resources, lastOutput }: ObservedTraining): TrainingStep {
  const code = container.exit?.code;
  if (code === STOPPED) return tryAgain(job, "the container was stopped from outside");
  if (code === 0 && job.slots[0]?.claimed_at) return end("SUCCEEDED", null);
  return end("FAILED", exitReason(container, resources, lastOutput, Boolean(job.slots[0]?.claimed_at)));
}
