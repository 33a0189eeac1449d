import { DomainError } from "../errors.js";
import type { Settings } from "../settings.js";
import { HOUR_MS, SECOND_MS } from "../units.js";

const HOUR_SECONDS = HOUR_MS / SECOND_MS;

type Hours = Pick<Settings, "ROCAS_TRAIN_HOURS" | "ROCAS_MAX_TRAIN_HOURS">;

/**
 * Returns the seconds that a training may run: those that were asked for, else the operator's.
 * @throws BAD_USER_INPUT, LIMIT_EXCEEDED beyond the operator's cap
 */
export function timeoutSecondsOf({ ROCAS_TRAIN_HOURS, ROCAS_MAX_TRAIN_HOURS }: Hours, asked?: number | null): number {
  const path = ["input", "timeoutSeconds"];
  if (asked == null) return Math.round(ROCAS_TRAIN_HOURS * HOUR_SECONDS);
  if (asked < 1) throw new DomainError("BAD_USER_INPUT", "A training may run for 1 second or more.", path);
  const cap = Math.floor(Math.max(ROCAS_TRAIN_HOURS, ROCAS_MAX_TRAIN_HOURS) * HOUR_SECONDS);
  if (asked > cap)
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `The operator allows a training ${cap.toLocaleString("en")} seconds at most (ROCAS_MAX_TRAIN_HOURS).`,
      path,
    );
  return asked;
}
