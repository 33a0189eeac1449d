import type { DatasetSnapshot } from "../dataset/dataset.js";
import type { ModelVersionSnapshot } from "../model-version/model-version.js";
import { asName } from "../names.js";
import type { Assignment } from "./assignment.js";

type Snapshot = DatasetSnapshot | ModelVersionSnapshot;

function isName(text: string): boolean {
  try {
    return asName(text) === text;
  } catch {
    return false;
  }
}

/** `<model>.<name>`: the folder that notebooks know; null where a name (an imported one) could mean another folder. */
export const folderOf = (model: string, name: string): string | null =>
  isName(model) && isName(name) ? `${model}.${name}` : null;

export const manifestOf = ({ _id, model, name, compressed, files }: Snapshot) => ({
  id: _id,
  model: model.name,
  name,
  folder: folderOf(model.name, name),
  compressed,
  files: files.map(({ name, size, sha256 }) => ({ name, size, sha256 })),
  url: `/records/${_id}/files`,
});

export const datasetsOf = (assignment: Assignment): readonly DatasetSnapshot[] =>
  assignment.kind === "train" ? assignment.training.ds : [];

export const versionsOf = (assignment: Assignment): readonly ModelVersionSnapshot[] =>
  assignment.kind === "train" ? assignment.training.pretrained : assignment.revision.movers;

/** A deployment without versions fetches those of its project's models on demand. */
export const isLazy = (assignment: Assignment): boolean =>
  assignment.kind === "deploy" && assignment.revision.movers.length === 0;

/** Everything that the entrypoint fetches before the notebook runs. */
export const mounted = (assignment: Assignment) => ({
  datasets: datasetsOf(assignment).map(manifestOf),
  versions: versionsOf(assignment).map((version) => ({
    ...manifestOf(version),
    alias: version.alias ?? null,
    role: assignment.kind === "train" ? "pretrained" : "mover",
  })),
  lazy: isLazy(assignment),
});
