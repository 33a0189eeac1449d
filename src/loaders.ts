import type DataLoader from "dataloader";
import { fileLoaders } from "./files/file.loaders.js";
import { type Kind, KINDS, TYPE_OF_KIND } from "./graph/id.js";
import type { AnyRecord } from "./graph/stored-record.js";
import type { RecordOf, SupersedingKind } from "./kinds.js";
import { type GenerationLoaders, generationLoaders } from "./lists/generation-loaders.js";
import { ChildPages } from "./lists/child-pages.js";
import { modelVersionLoaders } from "./model-version/model-version.loaders.js";
import { loadViolations } from "./model/contract-violations.js";
import { loadById, loadByKey } from "./store/read-records.js";
import type { Records, Store } from "./store/store.js";
import { loadFileUseOfModels, loadFileUseOfProjects, loadLogBytes } from "./usage/file-use.js";

type Named<K extends Kind> = Uncapitalize<(typeof TYPE_OF_KIND)[K]>;
type Loader<K extends Kind> = DataLoader<string, RecordOf<K> | null>;

type LoaderOfKind = Readonly<Record<Kind, DataLoader<string, AnyRecord | null>>>;

/** The loaders that every kind has. */
type RecordLoaders = { readonly byId: LoaderOfKind; readonly byKey: LoaderOfKind } & {
  /** By id: `buildVersion`. */
  readonly [K in Kind as Named<K>]: Loader<K>;
} & {
  /** Of the current record of a natural key (`keyOf`): `buildVersionByKey`. */
  readonly [K in Kind as `${Named<K>}ByKey`]: Loader<K>;
} & {
  /** Of all records of a name: `buildVersionGenerations`. */
  readonly [K in SupersedingKind as `${Named<K>}Generations`]: GenerationLoaders<RecordOf<K>>;
};

const ofEachKind = <L>(make: (kind: Kind) => L) =>
  Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Readonly<Record<Kind, L>>;

function recordLoaders({ byKind, kinds }: Store): RecordLoaders {
  const byId = ofEachKind((kind) => loadById(byKind[kind]));
  const byKey = ofEachKind((kind) => loadByKey(byKind[kind]));
  const named = KINDS.map((kind) => {
    const type = TYPE_OF_KIND[kind];
    const name = type.charAt(0).toLowerCase() + type.slice(1);
    const generations = kinds[kind].supersedes && { [`${name}Generations`]: generationLoaders(byKind[kind]) };
    return { [name]: byId[kind], [`${name}ByKey`]: byKey[kind], ...generations };
  });
  return Object.assign({ byId, byKey }, ...named) as RecordLoaders;
}

/** Pages of the children of many parents, by the field of the children that holds the id of the parent. */
function childPagesOf({ byKind }: Store) {
  const known = new Map<string, unknown>();
  return <K extends Kind>(parent: Kind, child: K, field: string): ChildPages<RecordOf<K>> => {
    const edge = `${parent} ${child} ${field}`;
    const children = byKind[child] as unknown as Records<RecordOf<K>>;
    const pages = known.get(edge) ?? new ChildPages(byKind[parent], children, field);
    known.set(edge, pages);
    return pages as ChildPages<RecordOf<K>>;
  };
}

/** Returns the loaders of one request. */
export function loadersOf(store: Store) {
  const records = recordLoaders(store);
  const versions = modelVersionLoaders(store);
  return {
    ...records,
    ...versions,
    /** By natural keys as clients write them, in which an alias may stand for the name of a version. */
    byName: { ...records.byKey, movers: versions.modelVersionByName } satisfies LoaderOfKind,
    childPages: childPagesOf(store),
    /** By the model itself, since its contract decides. */
    violationsOfModel: loadViolations(store),
    fileUseOfModel: loadFileUseOfModels(store),
    fileUseOfProject: loadFileUseOfProjects(store),
    logBytesOfProject: loadLogBytes(store),
    ...fileLoaders(store),
  };
}

export type Loaders = ReturnType<typeof loadersOf>;
