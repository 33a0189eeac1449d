import { isDeepStrictEqual } from "node:util";
import type { BuildVersionSnapshot } from "../builds/build-version.js";
import type { EnvVariable } from "../graph/env-variable.js";
import { withoutUndefined } from "../graph/mutation-input.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import type { RunResources } from "../run-options/given-resources.js";
import type { Deployment } from "./deployment.js";

/** The parameters of a notebook, as an object and as they were written. */
export interface RunParams {
  readonly params: Record<string, unknown>;
  readonly written_params: string;
}

/** The fields that a `deploy` changes. A field that it leaves out is undefined. */
export interface DeploymentPatch {
  readonly bvers?: BuildVersionSnapshot | undefined;
  readonly notebook?: string | undefined;
  readonly movers?: readonly ModelVersionSnapshot[] | undefined;
  readonly params?: RunParams | undefined;
  readonly env?: EnvVariable[] | null | undefined;
  readonly resources?: RunResources | undefined;
  readonly details?: Record<string, unknown> | undefined;
  readonly replicas?: number | undefined;
}

/** The desired state of a deployment, as the record holds it. */
export type DesiredState = Pick<
  Deployment,
  | "revision"
  | "revision_id"
  | "bvers"
  | "notebook"
  | "movers"
  | "params"
  | "written_params"
  | "env"
  | "requested_resources"
  | "resources"
  | "details"
  | "replicas"
>;

const ids = (snapshots: readonly { readonly _id: string }[]): string[] => snapshots.map(({ _id }) => _id);

/** The part of a desired state that its containers run. */
export type DesiredRun = Omit<DesiredState, "revision" | "revision_id" | "details" | "replicas">;

/** Returns what the containers run, with null or nothing for what was not kept in the past. */
export const runOf = (desired: DesiredState): DesiredRun => ({
  bvers: desired.bvers ?? null,
  notebook: desired.notebook ?? null,
  movers: desired.movers,
  params: desired.params ?? {},
  written_params: desired.written_params ?? "{}",
  env: desired.env ?? null,
  requested_resources: desired.requested_resources ?? null,
  resources: desired.resources ?? null,
});

/** Returns the desired state that a deployment holds. */
export const desiredOf = (deployment: DesiredState): DesiredState => {
  const { revision, revision_id, details, replicas } = deployment;
  return { revision, revision_id, ...runOf(deployment), details, replicas };
};

/**
 * Returns the desired state after a patch. Another build version, notebook or list of versions makes the next revision,
 * and so do other parameters, variables or resources. Replicas and details alone make none and restart nothing. The same patch
 * again changes nothing.
 */
export function desiredAfter(current: DesiredState, patch: DeploymentPatch, newRevision: string): DesiredState {
  const { bvers, notebook, movers, params, env, resources, details, replicas } = patch;
  const before = runOf(current);
  const changed =
    (bvers !== undefined && bvers._id !== before.bvers?._id) ||
    (notebook !== undefined && notebook !== before.notebook) ||
    (movers !== undefined && !isDeepStrictEqual(ids(movers), ids(before.movers))) ||
    (params !== undefined && params.written_params !== before.written_params) ||
    (env !== undefined && !isDeepStrictEqual(env, before.env)) ||
    (resources !== undefined && !isDeepStrictEqual(resources.resources, before.resources));
  const after: DesiredRun = {
    ...before,
    ...withoutUndefined({ bvers, notebook, env, movers: movers && [...movers] }),
    ...params,
    ...resources,
  };
  return {
    revision: changed ? current.revision + 1 : current.revision,
    revision_id: changed ? newRevision : current.revision_id,
    ...(changed ? after : { ...before, requested_resources: after.requested_resources ?? null }),
    details: details ?? current.details,
    replicas: replicas ?? current.replicas,
  };
}

/** Returns the desired state when the entry was written: the later changes that the record holds are taken back. */
export function desiredAt(deployment: Deployment, entry: OutboxEntry): DesiredState {
  const later = (deployment.outbox ?? []).filter(({ version }) => version > entry.version);
  later.sort((one, other) => other.version - one.version);
  return Object.assign({ ...deployment }, ...later.map(({ before }) => before)) as DesiredState;
}

/** The desired state of one revision. */
export interface DesiredRevision {
  readonly replicas: number;
  /** True if it may get replicas again, though it has none at the moment. Any other revision ends. */
  readonly stays: boolean;
  /** True if routers leave a replica out before it is stopped. */
  readonly drains: boolean;
}

/** The part of the desired state by which the replicas of all revisions are planned. */
export type DesiredReplicas = Pick<DesiredState, "revision" | "replicas">;

/** The observed state of a revision whose job has not ended. */
export interface RevisionState {
  readonly number: number;
  /** Slots that have a replica; none is left once the revision retires. */
  readonly slots: number;
  /** Replicas that answer. */
  readonly ready: number;
  /** True if all its replicas have answered at once. */
  readonly complete: boolean;
  /** Slots that have a replica, or whose container is not confirmed gone. */
  readonly occupied?: number;
  /** True if its containers have GPUs. */
  readonly hasGpus?: boolean;
}

/**
 * Returns the desired state of one revision. The current one has its replicas. The one that serves stays until the
 * current one is complete. All others end. If both have GPUs, the replicas are replaced in place, one at a time: a card
 * has no room for both.
 * @param desired null if the whole deployment ends.
 * @param revisions the oldest first. If several serve, the oldest is the one that stays: each ends once a later one is
 * complete.
 */
export function desiredRevision(
  number: number,
  desired: DesiredReplicas | null,
  revisions: readonly RevisionState[],
): DesiredRevision {
  if (!desired) return { replicas: 0, stays: false, drains: false };
  const current = revisions.find((each) => each.number === desired.revision);
  const others = revisions.filter((each) => each.number !== desired.revision);
  if (number === desired.revision) {
    const held = current?.hasGpus ? others.filter(({ hasGpus }) => hasGpus) : [];
    const room = desired.replicas - held.reduce((sum, { occupied = 0 }) => sum + occupied, 0);
    return { replicas: Math.max(0, room), stays: true, drains: true };
  }
  const own = revisions.find((each) => each.number === number);
  const serving = revisions.find((each) => each.slots > 0 && serves(each) && each.number !== desired.revision);
  const replaced = revisions.some(
    (each) => each.number === desired.revision && each.ready > 0 && each.ready >= desired.replicas,
  );
  const stays = own !== undefined && serving?.number === number && !replaced && desired.replicas > 0;
  if (!stays) return { replicas: 0, stays, drains: true };
  const isInPlace = Boolean(own.hasGpus && current?.hasGpus);
  const left = isInPlace ? Math.max(0, desired.replicas - (current?.ready ?? 0) - 1) : own.slots;
  return { replicas: Math.min(own.slots, left), stays, drains: true };
}

const serves = ({ ready, complete }: RevisionState): boolean => ready > 0 || complete;
