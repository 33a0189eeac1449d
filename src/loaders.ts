import type { SelectedFields } from "./executor/selected-fields.js";
import { fileLoaders } from "./files/file.loaders.js";
import { type Kind, KINDS, TYPE_OF_KIND } from "./graph/id.js";
import type { AnyRecord } from "./graph/stored-record.js";
import type { RecordOf, SupersedingKind } from "./kinds.js";
import { type GenerationLoaders, generationLoaders } from "./lists/generation-loaders.js";
import { ChildPages } from "./lists/child-pages.js";
import { modelVersionLoaders } from "./model-version/model-version.loaders.js";
import { loadViolations } from "./model/contract-violations.js";
import { loadById, loadByKey, type RecordReads } from "./store/read-records.js";
import type { RecordLoader } from "./documents/record-loader.js";
import type { Records, Store } from "./store/store.js";
import { loadFileUseOfModels, loadFileUseOfProjects, loadLogBytes } from "./usage/file-use.js";

type Named<K extends Kind> = Uncapitalize<(typeof TYPE_OF_KIND)[K]>;
type Loader<K extends Kind> = RecordLoader<RecordOf<K>>;

type LoaderOfKind = Readonly<Record<Kind, Pick<RecordLoader<AnyRecord>, "load">>>;

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

/** Returns the reads of a kind for an answer. */
const readsOf = ({ collectionNames, documents }: Store, kind: Kind, selected: SelectedFields | null): RecordReads => ({
  documents,
  collection: collectionNames[kind],
  fields: selected?.of(kind) ?? null,
});

function recordLoaders(store: Store, selected: SelectedFields | null): RecordLoaders {
  const { byKind, kinds } = store;
  const byId = ofEachKind((kind) => loadById(readsOf(store, kind, selected)));
  const byKey = ofEachKind((kind) => loadByKey(readsOf(store, kind, selected)));
  const loaders = { byId, byKey };
  for (const kind of KINDS) {
    const type = TYPE_OF_KIND[kind];
    const name = type.charAt(0).toLowerCase() + type.slice(1);
    Object.assign(loaders, { [name]: byId[kind], [`${name}ByKey`]: byKey[kind] });
    if (kinds[kind].supersedes)
      defineLazily(loaders, `${name}Generations`, () =>
        generationLoaders(byKind[kind], readsOf(store, kind, selected)),
      );
  }
  return loaders as unknown as RecordLoaders;
}

/** Makes a part when it is first read: few requests need it, and it needs the model of a kind, which takes long to make. */
function defineLazily(parts: object, name: string, make: () => unknown): void {
  const get = (): unknown => {
    const value = make();
    Object.defineProperty(parts, name, { value });
    return value;
  };
  Object.defineProperty(parts, name, { configurable: true, get });
}

/** Pages of the children of many parents, by the field of the children that holds the id of the parent. */
function childPagesOf(store: Store, selected: SelectedFields | null) {
  const { byKind } = store;
  const known = new Map<string, unknown>();
  return <K extends Kind>(parent: Kind, child: K, field: string): ChildPages<RecordOf<K>> => {
    const edge = `${parent} ${child} ${field}`;
    const children = byKind[child] as unknown as Records<RecordOf<K>>;
    const pages = known.get(edge) ?? new ChildPages(byKind[parent], children, readsOf(store, child, selected), field);
    known.set(edge, pages);
    return pages as ChildPages<RecordOf<K>>;
  };
}

/** Returns the loaders of one request. @param selected the stored fields that its answer takes; null for all. */
export function loadersOf(store: Store, selected: SelectedFields | null = null) {
  const records = recordLoaders(store, selected);
  const versions = modelVersionLoaders(store, readsOf(store, "movers", selected));
  const loaders = Object.assign(records, versions, fileLoaders(store), {
    /** By natural keys as clients write them, in which an alias may stand for the name of a version. */
    byName: { ...records.byKey, movers: versions.modelVersionByName } satisfies LoaderOfKind,
    childPages: childPagesOf(store, selected),
    /** The reads of a kind for the answer of the request. */
    readsOf: (kind: Kind) => readsOf(store, kind, selected),
    /** By the model itself, since its contract decides. */
    violationsOfModel: loadViolations(store),
    logBytesOfProject: loadLogBytes(store),
  });
  defineLazily(loaders, "fileUseOfModel", () => loadFileUseOfModels(store));
  defineLazily(loaders, "fileUseOfProject", () => loadFileUseOfProjects(store));
  return loaders as typeof loaders & FileUseLoaders;
}

interface FileUseLoaders {
  readonly fileUseOfModel: ReturnType<typeof loadFileUseOfModels>;
  readonly fileUseOfProject: ReturnType<typeof loadFileUseOfProjects>;
}

export type Loaders = ReturnType<typeof loadersOf>;
