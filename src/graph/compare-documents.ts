import { BSONType } from "bson";
import { Layout } from "../documents/layout.js";
import { Places } from "../documents/places.js";
import { partAt, RawDocument, valueEnd } from "../documents/raw-document.js";
import { type AnyDefinition, isCompared } from "./definition.js";

/** True if the record certainly has what the snapshot has; false if their values must be compared. */
export type AreSame = (snapshot: RawDocument, record: RawDocument) => boolean;

/**
 * Returns a comparison of snapshots and records by the store's bytes. Most of them are the same, and to see that needs
 * no objects.
 */
export function documentComparison({ parts }: AnyDefinition): AreSame {
  const fields = Object.entries(parts).filter(([, part]) => isCompared(part));
  const names = ["_id", ...fields.map(([name]) => name)];
  const isParent = [false, ...fields.map(([, { as }]) => as === "PARENT")];
  const isNested = [false, ...fields.map(([, { as }]) => as === "SNAPSHOT" || as === "PIN")];
  const [ofSnapshots, ofRecords] = [new Layout(names), new Layout(names)];
  const places = new Places();
  return (snapshot, record) => {
    places.length = 0;
    const then = ofSnapshots.placesIn(snapshot.bytes, snapshot.start, places);
    const now = ofRecords.placesIn(record.bytes, record.start, places);
    return names.every((name, at) => {
      const [one, other] = [places.get(then + at), places.get(now + at)];
      if (isNothing(snapshot, one) || isNothing(record, other))
        return isNothing(snapshot, one) && isNothing(record, other);
      if (isNested[at]) return false;
      const parent = isParent[at] ? partAt(snapshot.bytes, one) : null;
      return parent instanceof RawDocument
        ? areEqual(parent, parent.elementOf("_id"), "_id", record, other, name)
        : areEqual(snapshot, one, name, record, other, name);
    });
  };
}

const isNothing = ({ bytes }: RawDocument, element: number): boolean =>
  element === -1 || bytes[element] === BSONType.null;

/** True if two elements have the same value. */
function areEqual(
  { bytes: one }: RawDocument,
  element: number,
  key: string,
  { bytes: other }: RawDocument,
  otherElement: number,
  otherKey: string,
): boolean {
  if (element === -1 || one[element] !== other[otherElement]) return false;
  const start = element + key.length + 2;
  const otherStart = otherElement + otherKey.length + 2;
  const length = valueEnd(one, one[element]!, start) - start;
  for (let at = 0; at < length; at += 1) if (one[start + at] !== other[otherStart + at]) return false;
  return true;
}
