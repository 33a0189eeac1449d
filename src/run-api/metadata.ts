import { readLists } from "../files/file-lists.js";
import { fileListOf } from "../files/files-of.js";
import { namesOf } from "../graph/id.js";
import { snapshotsIn } from "../graph/snapshot.js";
import type { FileListing } from "../graph/manifest.js";
import type { StoredFile } from "../graph/stored-file.js";
import type { Store } from "../store/store.js";

/** Fields with content of users, whose keys may have any name. */
const USER_CONTENT: readonly string[] = ["details", "params"];
/** Fields of the store alone. */
const INTERNAL: readonly string[] = ["_id", "key", "hash", "manifest", "file_list"];

interface Stored extends FileListing {
  readonly _id: string;
  readonly key: string;
  readonly hash?: string;
}

const isSnapshot = (value: object): value is Stored => "_id" in value && "key" in value && "taken_at" in value;

/** Returns the names of a version that is stored apart. */
function pinnedNames({ hash, key }: Stored): object {
  if (hash === undefined) return {};
  const [model, name] = namesOf(key);
  return { model: { name: model }, name };
}

/** Files by their list. Snapshots with many files hold a list's id. */
type FilesByList = ReadonlyMap<string, readonly StoredFile[]>;

export async function readFilesByList(store: Pick<Store, "fileLists">, value: unknown): Promise<FilesByList> {
  const lists = snapshotsIn(value).map(({ snapshot }) => fileListOf(snapshot as FileListing));
  const ids = [...new Set(lists.filter((list) => list !== null))];
  return ids.length > 0 ? readLists(store, ids) : new Map();
}

/**
 * Returns a snapshot, or a part of one, as notebooks read it: with the specification's names, `id`, and no fields of
 * the store.
 */
export function asMetadata(value: unknown, lists: FilesByList): unknown {
  if (Array.isArray(value)) return value.map((each) => asMetadata(each, lists));
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const fields = Object.entries(isSnapshot(value) ? withFiles(value, lists) : value)
    .filter(([name]) => !isSnapshot(value) || !INTERNAL.includes(name))
    .map(([name, each]): [string, unknown] => [name, USER_CONTENT.includes(name) ? each : asMetadata(each, lists)]);
  return {
    ...(isSnapshot(value) ? { id: value._id, ...pinnedNames(value) } : {}),
    ...Object.fromEntries(fields),
  };
}

function withFiles(snapshot: Stored, lists: FilesByList): object {
  const list = fileListOf(snapshot);
  return list === null ? snapshot : { ...snapshot, files: lists.get(list) ?? [] };
}
