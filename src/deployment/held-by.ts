import { type Kind, kindOfRecord } from "../graph/id.js";
import { snapshotsIn } from "../graph/snapshots-in.js";
import type { Served } from "./deployment.js";

/** The entry by which a deployment notes a snapshot of the record of that key. */
export const heldName = (kind: Kind, key: string): string => `${kind}:${key}`;

/** The records that the snapshots in it, nested ones too, were taken of. */
export function heldBy({ bvers, movers }: Pick<Served, "bvers" | "movers">): string[] {
  const names = snapshotsIn({ bvers, movers }).map(({ snapshot }) => heldName(kindOfRecord(snapshot), snapshot.key));
  return [...new Set(names)];
}
