import { isDeepStrictEqual } from "node:util";
import type { BuildVersionSnapshot } from "../builds/build-version.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import type { Deployment } from "./deployment.js";

/** The fields that a `deploy` asks for; undefined if it leaves one out. */
export interface DeploymentPatch {
  readonly bvers?: BuildVersionSnapshot | undefined;
  readonly notebook?: string | undefined;
  readonly movers?: readonly ModelVersionSnapshot[] | undefined;
  readonly details?: Record<string, unknown> | undefined;
  readonly replicas?: number | undefined;
}

export type DesiredState = Pick<
  Deployment,
  "revision" | "revision_id" | "bvers" | "notebook" | "movers" | "details" | "replicas"
>;

const ids = (snapshots: readonly { readonly _id: string }[]): string[] => snapshots.map(({ _id }) => _id);

/**
 * The whole wanted state after a change. The next revision if what runs is another: replicas and details alone make none
 * and restart nothing, nor does what is wanted already, so that asking again for the same changes nothing.
 */
export function desiredAfter(current: DesiredState, patch: DeploymentPatch, newRevision: string): DesiredState {
  const { bvers, notebook, movers, details, replicas } = patch;
  const changed =
    (bvers !== undefined && bvers._id !== current.bvers?._id) ||
    (notebook !== undefined && notebook !== current.notebook) ||
    (movers !== undefined && !isDeepStrictEqual(ids(movers), ids(current.movers)));
  const revision = changed
    ? {
        revision: current.revision + 1,
        revision_id: newRevision,
        bvers: bvers ?? current.bvers ?? null,
        notebook: notebook ?? current.notebook ?? null,
        movers: movers ? [...movers] : current.movers,
      }
    : {
        revision: current.revision,
        revision_id: current.revision_id,
        bvers: current.bvers ?? null,
        notebook: current.notebook ?? null,
        movers: current.movers,
      };
  return { ...revision, details: details ?? current.details, replicas: replicas ?? current.replicas };
}

/** The desired state of one revision. */
export interface DesiredRevision {
  readonly replicas: number;
  /** True if it may get replicas again, though it has none at the moment. Any other revision ends. */
  readonly stays: boolean;
  /** True if routers leave a replica out before it is stopped. */
  readonly drains: boolean;
}

/** The desired state of the whole deployment. Null: it is going. */
export interface DesiredDeployment {
  readonly revision: number;
  readonly replicas: number;
}

/** The state of one of its revisions that has not ended. */
export interface RevisionState {
  readonly number: number;
  /** Slots that are wanted; none is left once it retires. */
  readonly slots: number;
  /** Replicas that answer. */
  readonly ready: number;
  /** True if all its replicas have answered at once. */
  readonly complete: boolean;
}

/**
 * The desired state of one revision. The newest one has its replicas; the one that serves stays until the newest is
 * complete; those between, and all others, go.
 * @param revisions the oldest first: it is the one that serves where several do, since it goes when a later one is complete.
 */
export function desiredRevision(
  number: number,
  desired: DesiredDeployment | null,
  revisions: readonly RevisionState[],
): DesiredRevision {
  if (!desired) return { replicas: 0, stays: false, drains: false };
  if (number === desired.revision) return { replicas: desired.replicas, stays: true, drains: true };
  const own = revisions.find((each) => each.number === number);
  const serving = revisions.find((each) => each.slots > 0 && serves(each) && each.number !== desired.revision);
  const replaced = revisions.some(
    (each) => each.number === desired.revision && each.ready > 0 && each.ready >= desired.replicas,
  );
  const stays = own !== undefined && serving?.number === number && !replaced && desired.replicas > 0;
  return { replicas: stays ? own.slots : 0, stays, drains: true };
}

const serves = ({ ready, complete }: RevisionState): boolean => ready > 0 || complete;
