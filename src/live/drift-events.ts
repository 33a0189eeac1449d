import { GraphQLDateTime } from "graphql-scalars";
import { trusted } from "mongoose";
import { ArgsType, Field, ID, ObjectType } from "type-graphql";
import { snapshotRef } from "../deployment/deployment.js";
import type { AnyDefinition } from "../graph/definition.js";
import { driftOf, statusOf } from "../graph/drift.js";
import { namesOf } from "../graph/id.js";
import {
  type AnySnapshot,
  Drift,
  type FoundSnapshot,
  type Pin,
  snapshotsIn,
  SnapshotStatus,
} from "../graph/snapshot.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { findCurrent } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import { RecordType } from "./record-type.js";

@ObjectType({ description: "A record that is deployed differs from its snapshot in the deployment." })
export class DriftEvent {
  /** The id of the deployment. */
  readonly deployment!: string;

  /** The natural key of the deployment. */
  readonly deploymentKey!: string;

  @Field(() => [String], {
    description:
      "The path to the snapshot inside the deployment: field names and list positions, as in `movers`, `0`, `train`, `ds`, `1`.",
  })
  readonly path!: readonly string[];

  @Field(() => SnapshotStatus, {
    description: "The state of the record now, compared with the snapshot: CHANGED, REPLACED or DELETED.",
  })
  readonly status!: SnapshotStatus;

  @Field(() => RecordType, { description: "The type of the record of which the snapshot was taken." })
  readonly type!: RecordType;

  @Field(() => ID, { description: "The id of the record of which the snapshot was taken." })
  readonly recordId!: string;

  @Field(() => [String], { description: "Its natural key: the names of its parents and its own." })
  readonly key!: readonly string[];

  @Field(() => [Drift], {
    description:
      "The differences, field by field, from the record that is current under the name; empty if no record is current.",
  })
  readonly drift!: readonly Drift[];

  @Field(() => GraphQLDateTime, { description: "The time of the change that caused the drift." })
  readonly at!: Date;

  /** The id of the record that is current under the key. */
  readonly live!: string | null;
}

@ArgsType()
export class DriftDetectedArgs {
  @Field(() => String, {
    nullable: true,
    description: "The name of a project: only its deployments; those of all if it is left out.",
  })
  readonly proj?: string | null;
}

type Read = Pick<Store, "byKind" | "kinds" | "deployments" | "snapshots">;

/** True if what is current under the record's key may be another than before, or have other content. */
export function mayCauseDrift({ kinds }: Pick<Store, "kinds">, { kind, action, fields }: ChangeEvent): boolean {
  const { definition, supersedes } = kinds[kind];
  if (!definition) return false;
  // A record with files becomes current when it has its place; until then nobody meets it.
  if (action === "INSERT") return supersedes !== "WHEN_COMPLETE";
  if (action === "DELETE" || fields.includes("seq")) return true;
  return fields.some((each) => Object.hasOwn(definition.parts, each));
}

/** Returns the deployed snapshots that differ since this event, each once. */
export async function driftsOf(store: Read, event: ChangeEvent): Promise<readonly DriftEvent[]> {
  const { definition } = store.kinds[event.kind];
  if (!definition || !mayCauseDrift(store, event)) return [];
  const holders = await store.deployments
    .find({ holds: snapshotRef(event.kind, event.key), superseded: false }, { key: 1, bvers: 1, movers: 1 })
    .lean();
  if (holders.length === 0) return [];
  const records = store.byKind[event.kind];
  const live = await findCurrent(records, event.key);
  // The record that was current until then, or is since. The loss of an earlier record of the name changes nothing.
  const last = event.action === "DELETE" && !live ? await lastOf(records, event.key) : live;
  if (last?._id !== event.record) return [];
  const found = holders.flatMap(({ _id, key, bvers, movers }) =>
    snapshotsIn({ bvers, movers })
      .filter(({ snapshot }) => snapshot.key === event.key && isOfKind(snapshot, event) && isConcerned(snapshot, event))
      .map((each) => driftEvent(store, event, { ...each, deployment: _id, deploymentKey: key, live, definition })),
  );
  return (await Promise.all(found)).filter(({ status }) => status !== SnapshotStatus.IDENTICAL);
}

/** Tombstones count. */
const lastOf = (records: Records<AnyRecord>, key: string): Promise<AnyRecord | null> =>
  records
    .findOne({ key: trusted({ $eq: key }), seq: trusted({ $gt: 0 }) }, { _id: 1 })
    .sort({ key: -1, seq: -1 })
    .lean<AnyRecord>();

const isOfKind = ({ _id }: AnySnapshot, { kind }: ChangeEvent): boolean => _id.startsWith(`${kind}_`);

/** A change of a record does nothing to a snapshot that an earlier one of the name was taken for. */
const isConcerned = ({ _id }: AnySnapshot, { action, fields, record }: ChangeEvent): boolean =>
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
  const frozen = "hash" in snapshot ? await pinned(store, snapshot as Pin) : snapshot;
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

/** A copy that is gone from the store counts by its id alone. */
async function pinned({ snapshots }: Read, pin: Pin): Promise<AnySnapshot> {
  const copy = await snapshots.findOne({ _id: pin.hash });
  return copy ? copy.content : pin;
}
