import type { Kind } from "../graph/id.js";
import { hasFiles, type RecordKinds } from "../kinds/record-kind.js";

/** The path of a snapshot in stored documents, or of the pin in its stead. */
export interface SnapshotPath {
  /** Dotted; a list counts as one step. */
  readonly path: string;
  /** The kind of the frozen record. */
  readonly of: Kind;
  readonly isPin: boolean;
  /** Kinds of the snapshots around it, from the outside in. */
  readonly inside: readonly Kind[];
}

/** Returns the paths of snapshots in records of a kind, nested ones included. */
export const snapshotPaths = (cards: RecordKinds, holder: Kind): readonly SnapshotPath[] =>
  Object.entries(cards[holder].snapshots ?? {}).flatMap(([field, of]) => pathsFrom(cards, field, of, []));

/** Returns the paths of snapshots in copies. Only model versions are pinned, and so have copies. */
export const snapshotPathsInCopies = (cards: RecordKinds): readonly SnapshotPath[] =>
  pathsFrom(cards, "content", "movers", []);

function pathsFrom(cards: RecordKinds, path: string, of: Kind, inside: readonly Kind[]): SnapshotPath[] {
  const { definition, snapshots = {} } = cards[of];
  const nested = Object.entries(definition?.parts ?? {}).flatMap(([field, { as }]) => {
    if (as !== "SNAPSHOT" && as !== "PIN") return [];
    const below = `${path}.${field}`;
    const kind = snapshots[field]!;
    const around = [...inside, of];
    return as === "PIN"
      ? [{ path: below, of: kind, isPin: true, inside: around }]
      : pathsFrom(cards, below, kind, around);
  });
  return [{ path, of, isPin: false, inside }, ...nested];
}

/** Returns the paths of snapshots that may need the file list of a deleted record. */
export const pathsWithFiles = (cards: RecordKinds, paths: readonly SnapshotPath[]): readonly SnapshotPath[] =>
  paths.filter(({ of, isPin }) => !isPin && hasFiles(cards[of]));

/** Returns indexes of the snapshots with a file list. They are few, so that these indexes stay small. */
export const fileListIndexes = (cards: RecordKinds, paths: readonly SnapshotPath[]) =>
  pathsWithFiles(cards, paths).map(({ path }) => ({
    key: { [`${path}._id`]: 1 as const, [`${path}.manifest.count`]: 1 as const },
    partialFilterExpression: { [`${path}.manifest.count`]: { $gt: 0 } },
  }));
