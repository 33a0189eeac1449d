import type { DatasetSnapshot } from "../dataset/dataset.js";
import { asStoredFiles } from "../files/file-lists.js";
import { filesOf } from "../files/files-of.js";
import type { Holder } from "../graph/manifest.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import { asName } from "../names.js";
import type { Store } from "../store/store.js";
import type { Assignment } from "./assignment.js";

type Snapshot = DatasetSnapshot | ModelVersionSnapshot;
type Lists = Pick<Store, "fileLists">;

function isName(text: string): boolean {
  try {
    return asName(text) === text;
  } catch {
    return false;
  }
}

/** Returns the folder `<model>.<name>`; null if an imported name could mean another folder. */
export const folderOf = (model: string, name: string): string | null =>
  isName(model) && isName(name) ? `${model}.${name}` : null;

/** Returns the files of a record for the entrypoint, with the names of its model and its own. */
export async function mountedManifest(
  store: Lists,
  holder: Holder & Pick<Snapshot, "name" | "compressed">,
  model: string,
) {
  const { _id, name, compressed } = holder;
  return {
    id: _id,
    model,
    name,
    folder: folderOf(model, name),
    compressed,
    files: asStoredFiles(await filesOf(store, holder)),
    url: `/records/${_id}/files`,
  };
}

export const datasetsOf = (assignment: Assignment): readonly DatasetSnapshot[] =>
  assignment.kind === "train" ? assignment.training.ds : [];

export const versionsOf = (assignment: Assignment): readonly ModelVersionSnapshot[] =>
  assignment.kind === "train" ? assignment.training.pretrained : assignment.revision.movers;

/** True for a deployment without versions: it fetches those of its project's models on demand. */
export const isLazy = (assignment: Assignment): boolean =>
  assignment.kind === "deploy" && assignment.revision.movers.length === 0;

/** Returns all that the entrypoint fetches before the notebook runs. */
export async function mountsOf(store: Lists, assignment: Assignment) {
  const role = assignment.kind === "train" ? "pretrained" : "mover";
  const datasets = datasetsOf(assignment).map((each) => mountedManifest(store, each, each.model.name));
  const versions = versionsOf(assignment).map(async (each) => ({
    ...(await mountedManifest(store, each, each.model.name)),
    alias: each.alias ?? null,
    role,
  }));
  return { datasets: await Promise.all(datasets), versions: await Promise.all(versions), lazy: isLazy(assignment) };
}
