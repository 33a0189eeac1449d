import type { BuiltFrom } from "../builds/build-version.js";

export type JobState = "QUEUED" | "STARTING" | "RUNNING" | "FINISHING" | "SUCCEEDED" | "FAILED" | "CANCELLED";

/** States that never change again. */
export const ENDED: readonly JobState[] = ["SUCCEEDED", "FAILED", "CANCELLED"];

/** States in which a worker may still write: the fence names them. */
export const UNDER_WAY: readonly JobState[] = ["QUEUED", "STARTING", "RUNNING", "FINISHING"];

/** A treasure chest with the secret that it held when the work was asked for. */
export interface ChestVersion {
  readonly id: string;
  readonly version: number;
}

export interface BuildSpec {
  readonly kind: "BUILD";
  readonly tag: string;
  readonly from: BuiltFrom;
  /** `homeDir`, `gitRepo` or `dockerRepo` of the project when the build was asked for. */
  readonly location: string;
  readonly ref: string | null;
  readonly noCache: boolean;
  /** Of the git host, or of the registry that an image is pulled from. */
  readonly chest: ChestVersion | null;
  /** Of the registry that images are pushed to. */
  readonly registry_chest: ChestVersion | null;
  /** Chosen with the intent: an insert that finds this id there is done. */
  readonly buildVersion: string;
}

export interface TrainSpec {
  readonly kind: "TRAIN";
  /** The image id. */
  readonly image: string;
  readonly notebook: string;
}

export interface DeploySpec {
  readonly kind: "DEPLOY";
  readonly image: string;
  readonly notebook: string;
  readonly deployment: string;
  readonly revision: number;
}

/**
 * One container of a job: the only one of a training (slot 0), or one replica of a revision. Its place in the list is
 * its number, and stays: run tokens are matched by `slots.<n>.token_hash`.
 */
export interface Slot {
  /** From 1; grows, never falls. */
  attempt: number;
  /** Deterministic, stored before the engine is called. Null until the first attempt is intended. */
  container: string | null;
  /** SHA-256 of the run token of this attempt, hex. */
  token_hash: string | null;
  intended_at: Date | null;
  /** Set once per attempt by the start gate; user code runs only after it. */
  claimed_at: Date | null;
  heartbeat_at: Date | null;
  /** The time at which its service said that it answers (deployments). */
  ready_at: Date | null;
  progress: number;
  /** The result that the entrypoint reported at its end. */
  completed: { at: Date; ok: boolean; error: string | null } | null;
  /** Attempts in a row that were lost: the back-off doubles with each. */
  failures: number;
  /** Not started again, or not stopped, before then (back-off, drain). */
  not_before: Date | null;
  /** Why the attempt before this one ended. */
  last_error: string | null;
  /** False: this replica is to go. */
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

/** The source of the content of an image, written before it is built, and the image once it is. */
export interface BuildOutcome {
  readonly git_version: string | null;
  readonly git_dirty: boolean | null;
  /** The image id; null until the engine gave it. */
  readonly image: string | null;
  readonly built_at: Date | null;
  /** The registry's manifest digest, where it was pushed. */
  readonly digest: string | null;
}

/** A piece of work. The job is the truth; the task on the record is what the reconciler wrote there. */
export interface Job {
  /** The id of the Build, the Training or the DeploymentRevision. */
  _id: string;
  kind: "BUILD" | "TRAIN" | "DEPLOY";
  /** The id of the project. */
  proj: string;
  spec: BuildSpec | TrainSpec | DeploySpec;
  state: JobState;
  desired: "RUN" | "CANCEL";
  /** Raised by whoever takes the lease; every write of a worker names the one it holds (the fence). */
  epoch: number;
  lease: { owner: string | null; until: Date };
  /** Of a build; those of containers are in `slots`. */
  attempt: number;
  max_attempts: number;
  /** `build:<proj>:<tag>`: unique among jobs under way, so that two builds of one tag follow each other. Absent before and after. */
  active_key?: string;
  slots: Slot[];
  deadlines: { start: Date | null; run: Date | null };
  next_reconcile_at: Date;
  progress: number;
  error: string | null;
  /** Of a build, once its source is open. */
  outcome?: BuildOutcome;
  /** Bytes of log taken so far, so that nobody fills the store. */
  log_bytes: number;
  /** Number of the next log chunk that this side writes (builds, and what the reconciler itself has to say). */
  log_seq: number;
  cleanup: "PENDING" | "DONE";
  created_at: Date;
  updated_at: Date;
}

/** A piece of a job's log. `_id` is `<job>.<slot>.<attempt>.<seq>` with padded numbers: replays are harmless, and it sorts. */
export interface LogChunk {
  _id: string;
  job: string;
  slot: number;
  attempt: number;
  seq: number;
  at: Date;
  text: string;
  /** Of the end of a log that stays when the rest of it is too old. */
  kept?: boolean;
}
