import type { App } from "../app.js";
import { DATASET_DEFINITION, type DatasetSnapshot } from "../dataset/dataset.js";
import { notFound } from "../errors.js";
import { keyOf } from "../graph/id.js";
import type { AnySnapshot } from "../graph/snapshot.js";
import type { Model } from "../model/model.js";
import { freeze } from "../snapshots/freeze.js";
import { requireCurrent } from "../store/read-records.js";
import type { Training } from "../training/training.js";
import type { PublishModelVersionInput } from "./model-version.inputs.js";
import { MODEL_VERSION_DEFINITION, type ModelVersionSnapshot } from "./model-version.js";
import { TRAINING_DEFINITION, type TrainingSnapshot } from "./training-snapshot.js";
import { usedAlias, versionByName, type VersionName } from "./versions-by-name.js";

/** The origin of a version. */
export interface Provenance {
  readonly train: TrainingSnapshot | null;
  readonly ds: DatasetSnapshot | null;
  readonly pretrained: ModelVersionSnapshot | null;
}

/** A mounted record, with the alias that named it, if one did. */
interface Mounted extends AnySnapshot {
  readonly model: AnySnapshot & { readonly name: string };
  readonly alias?: string | null;
}

const hasAlias = ({ model, alias }: Mounted, requested: VersionName): boolean =>
  model.name === requested.model && alias === requested.name;

/** Returns the record asked for, else the only one of the model, else null. @throws NOT_FOUND */
function findMounted<S extends Mounted>(
  candidates: readonly S[],
  requested: VersionName | null | undefined,
  model: Model,
  field: string,
): S | null {
  if (requested === null) return null;
  if (requested) {
    const found =
      candidates.find(({ key }) => key === keyOf(requested.model, requested.name)) ??
      candidates.find((each) => hasAlias(each, requested));
    if (!found) throw notFound(`mounted ${field}`, ["input", field]);
    return found;
  }
  const [only, ...others] = candidates.filter((each) => each.model._id === model._id);
  return only && others.length === 0 ? only : null;
}

/** Returns the origin among the records that the training mounted. @throws NOT_FOUND */
async function provenanceOfTraining(
  { store }: App,
  training: Training,
  input: PublishModelVersionInput,
  model: Model,
): Promise<Provenance> {
  return {
    train: await freeze(store, TRAINING_DEFINITION, training, new Date()),
    ds: findMounted(training.ds, input.ds, model, "ds"),
    pretrained: findMounted(training.pretrained, input.pretrained, model, "pretrained"),
  };
}

/** Returns the origin among the current records. @throws NOT_FOUND */
async function provenanceByNames({ store }: App, { ds, pretrained }: PublishModelVersionInput): Promise<Provenance> {
  const at = new Date();
  const dataset = ds && (await requireCurrent(store.datasets, "dataset", [ds.model, ds.name], ["input", "ds"]));
  const version = pretrained && (await versionByName(store, pretrained));
  if (pretrained && !version) throw notFound("model version", ["input", "pretrained"]);
  return {
    train: null,
    ds: dataset ? await freeze(store, DATASET_DEFINITION, dataset, at) : null,
    pretrained: version
      ? await freeze(store, MODEL_VERSION_DEFINITION, version, at, { alias: usedAlias(version, pretrained) })
      : null,
  };
}

export const provenanceOf = (
  app: App,
  training: Training | null,
  input: PublishModelVersionInput,
  model: Model,
): Promise<Provenance> =>
  training ? provenanceOfTraining(app, training, input, model) : provenanceByNames(app, input);
