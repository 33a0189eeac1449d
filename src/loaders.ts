import type { SelectedFields } from "./executor/selected-fields.js";
import { fileLoaders } from "./files/file.loaders.js";
import { type Kind, KINDS, TYPE_OF_KIND } from "./graph/id.js";
import type { AnyRecord } from "./graph/stored-record.js";
import type { QueuedKind } from "./jobs/queue-order.js";
import { readQueue } from "./jobs/read-queue.js";
import type { RecordOf, SupersedingKind } from "./kinds.js";
import { type GenerationLoaders, generationLoaders } from "./lists/generation-loaders.js";
import { ChildPages } from "./lists/child-pages.js";
import { loadPinnedVersion, loadVersionByName } from "./model-version/model-version.loaders.js";
import { loadViolations } from "./model/contract-violations.js";
import type { Settings } from "./settings.js";
import { loadById, loadByKey, type RecordReads } from "./store/read-records.js";
import type { RecordLoader } from "./documents/record-loader.js";
import type { Records, Store } from "./store/store.js";
import { loadFileUseOfModels, loadFileUseOfProjects, loadLogBytes } from "./usage/file-use.js";

type Named<K extends Kind> = Uncapitalize<(typeof TYPE_OF_KIND)[K]>;
type Loader<K extends Kind> = RecordLoader<RecordOf<K>>;

/** The loaders that every kind has. */
type NamedLoaders = {
  /** By id: `buildVersion`. */
  readonly [K in Kind as Named<K>]: Loader<K>;
} & {
  /** Of the current record of a natural key (`keyOf`): `buildVersionByKey`. */
  readonly [K in Kind as `${Named<K>}ByKey`]: Loader<K>;
} & {
  /** Of all records of a name: `buildVersionGenerations`. */
  readonly [K in SupersedingKind as `${Named<K>}Generations`]: GenerationLoaders<RecordOf<K>>;
};

/** The loaders of one request. Each is made when it is first asked for: most requests need a few. */
class LoadersOfRequest {
  private readonly made = new Map<string, unknown>();

  /** @param selected the stored fields that the answer of the request takes; null for all. */
  constructor(
    private readonly store: Store,
    private readonly selected: SelectedFields | null,
  ) {}

  byId<K extends Kind>(kind: K): Loader<K> {
    return this.once(`${kind} by id`, () => loadById(this.readsOf(kind)));
  }

  byKey<K extends Kind>(kind: K): Loader<K> {
    return this.once(`${kind} by key`, () => loadByKey(this.readsOf(kind)));
  }

  /** By natural keys as clients write them, in which an alias may stand for the name of a version. */
  byName(kind: Kind): RecordLoader<AnyRecord> {
    return kind === "movers" ? this.modelVersionByName : (this.byKey(kind) as RecordLoader<AnyRecord>);
  }

  /** By key; an alias may stand for the version's name. */
  get modelVersionByName() {
    return this.once("version by name", () => loadVersionByName(this.store, this.readsOf("movers")));
  }

  /** Pinned copies by the hash of their content. */
  get pinnedVersion() {
    return this.once("pinned version", () => loadPinnedVersion(this.store));
  }

  /** All records of a name. */
  generations<K extends SupersedingKind>(kind: K): GenerationLoaders<RecordOf<K>> {
    const records = this.store.byKind[kind] as unknown as Records<RecordOf<K>>;
    return this.once(`generations of ${kind}`, () => generationLoaders(records, this.readsOf(kind)));
  }

  /** Pages of the children of many parents, by the field of the children that holds the id of the parent. */
  childPages<K extends Kind>(parent: Kind, child: K, field: string): ChildPages<RecordOf<K>> {
    const { byKind } = this.store;
    const children = byKind[child] as unknown as Records<RecordOf<K>>;
    return this.once(
      `${child} of ${parent} by ${field}`,
      () => new ChildPages(byKind[parent], children, this.readsOf(child), field),
    );
  }

  /** The reads of a kind for the answer of the request. */
  readsOf(kind: Kind): RecordReads {
    const { collectionNames, documents } = this.store;
    return this.once(`reads of ${kind}`, () => ({
      documents,
      collection: collectionNames[kind],
      fields: this.selected?.of(kind) ?? null,
    }));
  }

  /** By the model itself, since its contract decides. */
  get violationsOfModel() {
    return this.once("violations", () => loadViolations(this.store));
  }

  get fileUseOfModel() {
    return this.once("file use of models", () => loadFileUseOfModels(this.store));
  }

  get fileUseOfProject() {
    return this.once("file use of projects", () => loadFileUseOfProjects(this.store));
  }

  get logBytesOfProject() {
    return this.once("log bytes", () => loadLogBytes(this.store));
  }

  /** The jobs of a kind that wait or are under way. */
  queueOf(settings: Settings, kind: QueuedKind) {
    return this.once(`queue of ${kind}`, () => readQueue({ store: this.store, settings }, kind));
  }

  get filesOfHolder() {
    return this.fileLoaders.filesOfHolder;
  }

  get fileListPart() {
    return this.fileLoaders.fileListPart;
  }

  private get fileLoaders() {
    return this.once("files", () => fileLoaders(this.store));
  }

  private once<L>(name: string, make: () => L): L {
    const known = this.made.get(name) as L | undefined;
    if (known) return known;
    const made = make();
    this.made.set(name, made);
    return made;
  }
}

for (const kind of KINDS) {
  const type = TYPE_OF_KIND[kind];
  const name = type.charAt(0).toLowerCase() + type.slice(1);
  const loaders: Record<string, (this: LoadersOfRequest) => unknown> = {
    [name]() {
      return this.byId(kind);
    },
    [`${name}ByKey`]() {
      return this.byKey(kind);
    },
    [`${name}Generations`]() {
      return this.generations(kind as SupersedingKind);
    },
  };
  for (const [each, get] of Object.entries(loaders)) Object.defineProperty(LoadersOfRequest.prototype, each, { get });
}

export type Loaders = LoadersOfRequest & NamedLoaders;

/** Returns the loaders of one request. @param selected the stored fields that its answer takes; null for all. */
export const loadersOf = (store: Store, selected: SelectedFields | null = null): Loaders =>
  new LoadersOfRequest(store, selected) as Loaders;
