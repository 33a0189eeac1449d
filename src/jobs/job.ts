import type { BuiltFrom } from "../builds/build-version.js";
import type { EnvVariable } from "../graph/env-variable.js";
import type { ResourceProfile } from "../graph/resource-profile.js";

export type JobState = "QUEUED" | "STARTING" | "RUNNING" | "FINISHING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** The final states. */
export const ENDED: readonly JobState[] = ["SUCCEEDED", "FAILED", "CANCELLED"];

/** The states in which a worker may write. */
export const UNDER_WAY: readonly JobState[] = ["QUEUED", "STARTING", "RUNNING", "FINISHING"];

/** A treasure chest at its version when the work was requested. */
export interface ChestVersion {
  readonly id: string;
  readonly version: number;
}

/** The value of an argument of a Dockerfile. */
export interface BuildArg {
  readonly name: string;
  readonly value: string;
}

export interface BuildSpec {
  readonly kind: "BUILD";
  readonly tag: string;
  readonly from: BuiltFrom;
  /** `homeDir`, `gitRepo` or `dockerRepo` of the project when the build was requested. */
  readonly location: string;
  readonly ref: string | null;
  readonly noCache: boolean;
  /** The path of the Dockerfile; `Dockerfile` in the top folder if there is none. */
  readonly dockerfile?: string | null;
  readonly target?: string | null;
  readonly args?: readonly BuildArg[];
  /** The credentials for the git host or the registry of the source. */
  readonly chest: ChestVersion | null;
  /** The credentials for the registry that images are pushed to. */
  readonly registry_chest: ChestVersion | null;
  /** The id of the build version, chosen before the build. */
  readonly buildVersion: string;
}

export interface TrainSpec {
  readonly kind: "TRAIN";
  /** The image id. */
  readonly image: string;
  readonly notebook: string;
  readonly env?: readonly EnvVariable[] | null;
}

export interface DeploySpec {
  readonly kind: "DEPLOY";
  readonly image: string;
  readonly notebook: string;
  readonly deployment: string;
  readonly revision: number;
  readonly env?: readonly EnvVariable[] | null;
  /** The limits of each container; null or missing: the operator's defaults. */
  readonly resources?: ResourceProfile | null;
}

/**
 * The place of one container of a job: of a training (slot 0), or of one replica of a revision. Its index in the list
 * never changes, since run tokens are found by `slots.<n>.token_hash`.
 */
export interface Slot {
  /** The number of the attempt, from 1; it never falls. */
  attempt: number;
  /** The container's name, stored before it is made. Null before the first attempt. */
  container: string | null;
  /** The SHA-256 of the attempt's run token, in hexadecimal. */
  token_hash: string | null;
  intended_at: Date | null;
  /** The time of the container's claim. User code runs only afterwards. */
  claimed_at: Date | null;
  heartbeat_at: Date | null;
  /** The time at which the replica reported to be ready. */
  ready_at: Date | null;
  progress: number;
  /** The result that the container reported at its end. */
  completed: { at: Date; ok: boolean; error: string | null } | null;
  /** The number of lost attempts in a row. Each doubles the back-off. */
  failures: number;
  /** The earliest time of the next start (back-off) or stop (drain). */
  not_before: Date | null;
  /** The reason for the end of the previous attempt. */
  last_error: string | null;
  /** False if the replica is to be removed. */
  wanted: boolean;
}

export const newSlot = (): Slot => ({
  attempt: 0,
  container: null,
  token_hash: null,
  intended_at: null,
  claimed_at: null,
  heartbeat_at: null,
  ready_at: null,
  progress: 0,
  completed: null,
  failures: 0,
  not_before: null,
  last_error: null,
  wanted: true,
});

/** The source, written before the build, and the image, written after it. */
export interface BuildOutcome {
  readonly git_version: string | null;
  readonly git_dirty: boolean | null;
  /** The image id; null until the image is built. */
  readonly image: string | null;
  readonly built_at: Date | null;
  /** The registry's manifest digest; null if the image was not pushed. */
  readonly digest: string | null;
}

/** The stored state of a piece of work. The task on the record is a copy that the reconciler writes. */
export interface Job {
  /** The id of the Build, the Training or the DeploymentRevision. */
  _id: string;
  kind: "BUILD" | "TRAIN" | "DEPLOY";
  /** The id of the project. */
  proj: string;
  spec: BuildSpec | TrainSpec | DeploySpec;
  state: JobState;
  desired: "RUN" | "CANCEL";
  /** Raised with each lease. The writes of a worker name it, so that the holder of an old lease cannot write. */
  epoch: number;
  lease: { owner: string | null; until: Date };
  /** The attempt of a build. Those of containers are in `slots`. */
  attempt: number;
  max_attempts: number;
  /** `build:<proj>:<tag>` while a build runs. Its index is unique, so that two builds of one tag follow each other. */
  active_key?: string;
  slots: Slot[];
  deadlines: { run: Date | null };
  next_reconcile_at: Date;
  progress: number;
  error: string | null;
  /** What holds the work up; null if nothing does. Jobs of older versions have none. */
  reason?: string | null;
  /** The time since which that holds the work up. */
  reason_since?: Date | null;
  /** `<kind>.<number>` from its turn to its end. Its index is unique: it keeps the number of jobs at a time. */
  seat?: string;
  /** `<kind>.<proj>.<number>`, the same for a project that has a cap. */
  project_seat?: string;
  /** The time of its turn; absent while it waits. */
  started_at?: Date;
  /** The outcome of a build, once its source is open. */
  outcome?: BuildOutcome;
  /** The bytes of log so far, for the limit of 64 MiB. */
  log_bytes: number;
  /** The number of the next log chunk that the server itself writes. */
  log_seq: number;
  cleanup: "PENDING" | "DONE";
  created_at: Date;
  updated_at: Date;
}

/** A piece of a job's log. `_id` is `<job>.<slot>.<attempt>.<seq>`, padded to sort; a repeated insert does nothing. */
export interface LogChunk {
  _id: string;
  job: string;
  slot: number;
  attempt: number;
  seq: number;
  at: Date;
  text: string;
  /** True for the end of an old log, which is kept. */
  kept?: boolean;
}
