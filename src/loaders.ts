import type DataLoader from "dataloader";
import { buildLoaders } from "./builds/build.loaders.js";
import { buildVersionLoaders } from "./builds/build-version.loaders.js";
import { datasetLoaders } from "./dataset/dataset.loaders.js";
import { deploymentLoaders } from "./deployment/deployment.loaders.js";
import { fileLoaders } from "./files/file.loaders.js";
import { type Kind, KINDS, TYPE_OF_KIND } from "./graph/id.js";
import type { AnyRecord } from "./graph/stored-record.js";
import type { RecordOf, SupersedingKind } from "./kinds.js";
import { type GenerationLoaders, generationLoaders } from "./lists/generation-loaders.js";
import { modelLoaders } from "./model/model.loaders.js";
import { modelVersionLoaders } from "./model-version/model-version.loaders.js";
import { projectLoaders } from "./project/project.loaders.js";
import { loadById, loadByKey } from "./store/load-by-id.js";
import type { Store } from "./store/store.js";
import { trainingLoaders } from "./training/training.loaders.js";

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

/** Returns the loaders of one request. */
export const loadersOf = (store: Store) => ({
  ...recordLoaders(store),
  ...projectLoaders(store),
  ...modelLoaders(store),
  ...datasetLoaders(store),
  ...modelVersionLoaders(store),
  ...fileLoaders(store),
  ...buildLoaders(store),
  ...buildVersionLoaders(store),
  ...trainingLoaders(store),
  ...deploymentLoaders(store),
});

export type Loaders = ReturnType<typeof loadersOf>;
