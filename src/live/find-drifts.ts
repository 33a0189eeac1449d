import { trusted } from "mongoose";
import { snapshotRef } from "../deployment/deployment.js";
import type { AnyDefinition } from "../graph/definition.js";
import { driftOf, statusOf } from "../graph/drift.js";
import { namesOf } from "../graph/id.js";
import { type AnySnapshot, type FoundSnapshot, type Pin, snapshotsIn, SnapshotStatus } from "../graph/snapshot.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { findCurrent } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import type { DriftEvent } from "./drift-event.js";

type Read = Pick<Store, "byKind" | "kinds" | "deployments" | "snapshots">;

/** True if the event may change the current record of the key. */
export function mayCauseDrift({ kinds }: Pick<Store, "kinds">, { kind, action, fields }: ChangeEvent): boolean {
  const { definition, supersedes } = kinds[kind];
  if (!definition) return false;
  // A record with files becomes current only with its `seq`.
  if (action === "INSERT") return supersedes !== "WHEN_COMPLETE";
  if (action === "DELETE" || fields.includes("seq")) return true;
  return fields.some((each) => Object.hasOwn(definition.parts, each));
}

/** Returns the deployed snapshots that differ since this event, each once. */
export async function findDrifts(store: Read, event: ChangeEvent): Promise<readonly DriftEvent[]> {
  const { definition } = store.kinds[event.kind];
  if (!definition || !mayCauseDrift(store, event)) return [];
  const deployments = await store.deployments
    .find({ holds: snapshotRef(event.kind, event.key), superseded: false }, { key: 1, bvers: 1, movers: 1 })
    .lean();
  if (deployments.length === 0) return [];
  const records = store.byKind[event.kind];
  const live = await findCurrent(records, event.key);
  // The deletion of an earlier record causes no drift.
  const last = event.action === "DELETE" && !live ? await lastOf(records, event.key) : live;
  if (last?._id !== event.record) return [];
  const found = deployments.flatMap(({ _id, key, bvers, movers }) =>
    snapshotsIn({ bvers, movers })
      .filter(({ snapshot }) => snapshot.key === event.key && isOfKind(snapshot, event) && isAffected(snapshot, event))
      .map((each) => driftEvent(store, event, { ...each, deployment: _id, deploymentKey: key, live, definition })),
  );
  return (await Promise.all(found)).filter(({ status }) => status !== SnapshotStatus.IDENTICAL);
}

/** Returns the last record of the key, which may be a tombstone. */
const lastOf = (records: Records<AnyRecord>, key: string): Promise<AnyRecord | null> =>
  records
    .findOne({ key: trusted({ $eq: key }), seq: trusted({ $gt: 0 }) }, { _id: 1 })
    .sort({ key: -1, seq: -1 })
    .lean<AnyRecord>();

const isOfKind = ({ _id }: AnySnapshot, { kind }: ChangeEvent): boolean => _id.startsWith(`${kind}_`);

/** False if the event changes another record than that of the snapshot. */
const isAffected = ({ _id }: AnySnapshot, { action, fields, record }: ChangeEvent): boolean =>
  action !== "CHANGE" || fields.includes("seq") || _id === record;

interface DeployedSnapshot extends FoundSnapshot {
  readonly deployment: string;
  readonly deploymentKey: string;
  readonly live: AnyRecord | null;
  readonly definition: AnyDefinition;
}

async function driftEvent(
  store: Read,
  { kind, key, at }: ChangeEvent,
  { deployment, deploymentKey, path, snapshot, live, definition }: DeployedSnapshot,
): Promise<DriftEvent> {
  const frozen = "hash" in snapshot ? await loadPin(store, snapshot as Pin) : snapshot;
  return {
    deployment,
    deploymentKey,
    path,
    status: statusOf(frozen, live, definition),
    type: kind,
    recordId: snapshot._id,
    key: namesOf(key),
    drift: live ? driftOf(frozen, live, definition) : [],
    at,
    live: live?._id ?? null,
  };
}

/** Returns the pinned snapshot, or the pin if the snapshot is lost. */
async function loadPin({ snapshots }: Read, pin: Pin): Promise<AnySnapshot> {
  const copy = await snapshots.findOne({ _id: pin.hash });
  return copy ? copy.content : pin;
}
