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

export type Wanted = Pick<
  Deployment,
  "revision" | "revision_id" | "bvers" | "notebook" | "movers" | "details" | "replicas"
>;

const ids = (snapshots: readonly { readonly _id: string }[]): string[] => snapshots.map(({ _id }) => _id);

/**
 * The whole wanted state after a change. The next revision if what runs is another: replicas and details alone make none
 * and restart nothing, nor does what is wanted already, so that asking again for the same changes nothing.
 */
export function wishAfter(current: Wanted, asked: DeploymentPatch, newRevision: string): Wanted {
  const { bvers, notebook, movers, details, replicas } = asked;
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
