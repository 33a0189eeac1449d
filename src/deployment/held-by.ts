import { type Kind, kindOfRecord } from "../graph/id.js";
import { snapshotsIn } from "../graph/snapshots-in.js";
import type { Served } from "./deployment.js";

/** How a deployment notes that a snapshot in it was taken of the record of that key. */
export const heldName = (kind: Kind, key: string): string => `${kind}:${key}`;

/** What snapshots in it were taken of, nested ones too. */
export function heldBy({ bvers, movers }: Pick<Served, "bvers" | "movers">): string[] {
  const names = snapshotsIn({ bvers, movers }).map(({ snapshot }) => heldName(kindOfRecord(snapshot), snapshot.key));
  return [...new Set(names)];
}
