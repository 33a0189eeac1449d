import { readLists } from "../files/file-lists.js";
import { fileListOf } from "../files/files-of.js";
import type { FileListing } from "../graph/manifest.js";
import { snapshotsIn } from "../graph/snapshots-in.js";
import type { StoredFile } from "../graph/stored-file.js";
import { namesOf } from "../store/key-of.js";
import type { Store } from "../store/store.js";

/** Content that is a user's own, whatever its keys are called. */
const FREE: readonly string[] = ["details", "params"];
/** The fields that the store keeps for itself. */
const INTERNAL: readonly string[] = ["_id", "key", "hash", "manifest", "file_list"];

interface Stored extends FileListing {
  readonly _id: string;
  readonly key: string;
  readonly hash?: string;
}

const isSnapshot = (value: object): value is Stored => "_id" in value && "key" in value && "taken_at" in value;

/** A version that is kept elsewhere says who it is. */
function pinnedNames({ hash, key }: Stored): object {
  if (hash === undefined) return {};
  const [model, name] = namesOf(key);
  return { model: { name: model }, name };
}

/** Files by the list that holds them: those of snapshots that have too many to hold them themselves. */
export type FilesByList = ReadonlyMap<string, readonly StoredFile[]>;

export async function listsIn(store: Pick<Store, "fileLists">, value: unknown): Promise<FilesByList> {
  const lists = snapshotsIn(value).map(({ snapshot }) => fileListOf(snapshot as FileListing));
  const wanted = [...new Set(lists.filter((list) => list !== null))];
  return wanted.length > 0 ? readLists(store, wanted) : new Map();
}

/**
 * A snapshot, or what is in one, as notebooks read it: the specification's field names, `id` for the record's id, and
 * nothing that the store keeps for itself.
 */
export function asMetadata(value: unknown, lists: FilesByList): unknown {
  if (Array.isArray(value)) return value.map((each) => asMetadata(each, lists));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const fields = Object.entries(isSnapshot(value) ? withFiles(value, lists) : value)
    .filter(([name]) => !isSnapshot(value) || !INTERNAL.includes(name))
    .map(([name, each]): [string, unknown] => [name, FREE.includes(name) ? each : asMetadata(each, lists)]);
  return {
    ...(isSnapshot(value) ? { id: value._id, ...pinnedNames(value) } : {}),
    ...Object.fromEntries(fields),
  };
}

function withFiles(snapshot: Stored, lists: FilesByList): object {
  const list = fileListOf(snapshot);
  return list === null ? snapshot : { ...snapshot, files: lists.get(list) ?? [] };
}
