import { type ClassType, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Loaders } from "../loaders.js";
import type { RequestContext } from "../request-context.js";
import type { RecordLoader } from "../documents/record-loader.js";
import type { AnyDefinition } from "./definition.js";
import { plain, RawDocument } from "../documents/raw-document.js";
import { documentComparison } from "./compare-documents.js";
import { comparedFields, driftOf, statusOf } from "./drift.js";
import type { Kind } from "./id.js";
import { Reads } from "./reads.js";
import { type AnySnapshot, Drift, SnapshotStatus } from "./snapshot.js";
import type { AnyRecord } from "./stored-record.js";

/** Returns the resolver of `live`, `status` and `drift` of a snapshot type. It takes one find for all snapshots. */
export function snapshotResolver<T extends AnyRecord>(
  snapshot: () => ClassType<object>,
  record: () => ClassType<object>,
  kind: Kind,
  definition: AnyDefinition,
  byKey: (loaders: Loaders) => RecordLoader<T>,
) {
  const { comparedInSnapshot, comparedInRecord } = comparedFields(definition);
  const areSame = documentComparison(definition);
  const compared = (live: RawDocument | null, frozen: AnySnapshot | RawDocument): SnapshotStatus =>
    live && frozen instanceof RawDocument && areSame(frozen, live)
      ? SnapshotStatus.IDENTICAL
      : statusOf(plain(frozen) as AnySnapshot, plain(live) as AnyRecord | null, definition);

  @Resolver(snapshot)
  class SnapshotResolver {
    @FieldResolver(record, { nullable: true, description: "The record that is current under the name now, or null." })
    @Reads(["key"])
    live(@Root() { key }: AnySnapshot, @Ctx() { loaders }: RequestContext) {
      return byKey(loaders).load(key);
    }

    @FieldResolver(() => SnapshotStatus, { description: "The state of the record now, compared with this snapshot." })
    @Reads(comparedInSnapshot, { [kind]: comparedInRecord }, { takesDocument: true })
    status(@Root() frozen: AnySnapshot | RawDocument, @Ctx() { loaders }: RequestContext) {
      return byKey(loaders).load(frozen.key).mapDocument(frozen, compared);
    }

    @FieldResolver(() => [Drift], {
      description:
        "The differences, field by field, from the record that is current under the name. Empty if there are none, or if no record is current.",
    })
    @Reads(comparedInSnapshot, { [kind]: comparedInRecord })
    drift(@Root() frozen: AnySnapshot, @Ctx() { loaders }: RequestContext) {
      return byKey(loaders)
        .load(frozen.key)
        .map((live) => (live ? driftOf(frozen, live, definition) : []));
    }
  }
  return SnapshotResolver;
}
