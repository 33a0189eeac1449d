import { SERVICE_PORT } from "../container-policy.js";
import type { Replica, ReplicaState } from "../runtime.js";
import type { SeenContainer } from "./engine-answers.js";

const STATES: Record<SeenContainer["State"]["Status"], ReplicaState> = {
  created: "CREATED",
  running: "RUNNING",
  paused: "RUNNING",
  restarting: "RUNNING",
  removing: "EXITED",
  exited: "EXITED",
  dead: "EXITED",
};

/** Nothing where it went between the list and this look, or where it is no container of a job. */
export function replicaOf(seen: SeenContainer | null, network: string): Replica[] {
  const labels = seen?.Config.Labels;
  const [slot, attempt] = [Number(labels?.["rocas.slot"]), Number(labels?.["rocas.attempt"])];
  if (!seen || !labels?.["rocas.job"] || !Number.isSafeInteger(slot) || !Number.isSafeInteger(attempt)) return [];
  const state = STATES[seen.State.Status];
  const address = seen.NetworkSettings.Networks?.[network]?.IPAddress;
  const serves = state === "RUNNING" && labels["rocas.kind"] === "deploy" && address;
  const startedAt = new Date(seen.State.StartedAt);
  return [
    {
      name: seen.Name.replace(/^\//, ""),
      job: labels["rocas.job"],
      slot,
      attempt,
      id: seen.Id,
      state,
      endpoint: serves ? `http://${address}:${SERVICE_PORT}` : null,
      // The engine says the year 1 for "never".
      startedAt: startedAt.getTime() > 0 ? startedAt : null,
      exit: state === "EXITED" ? { code: seen.State.ExitCode, outOfMemory: seen.State.OOMKilled } : null,
    },
  ];
}
