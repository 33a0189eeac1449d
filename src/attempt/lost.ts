import type { Slot } from "../jobs/job.js";

/** The time for which the container of an attempt may take until it claims the attempt. */
export const START_MS = 2 * 60_000;
/** The time for which a container at work may go without a heartbeat. */
const SILENT_MS = 5 * 60_000;

/** Why an attempt is lost: trainings and replicas say it in the same words. */
export const LOST = {
  notGranted: "the attempt was not granted",
  notBegun: `the container did not begin within ${START_MS / 60_000} minutes`,
  gone: "the container is gone",
  silent: `the container has not been heard for ${SILENT_MS / 60_000} minutes`,
} as const;

/**
 * True if a claimed attempt has given no heartbeat for too long.
 * @param heardForMs how long this process has been there to hear one: nobody is silent who was not listened to.
 */
export function isSilent(
  { claimed_at, heartbeat_at }: Pick<Slot, "claimed_at" | "heartbeat_at">,
  heardForMs: number,
  now: Date,
): boolean {
  const last = heartbeat_at ?? claimed_at;
  return last !== null && Math.min(now.getTime() - last.getTime(), heardForMs) > SILENT_MS;
}
