import type { App } from "../app.js";
import type { DatasetSnapshot } from "../dataset/dataset.js";
import { freezeDataset } from "../dataset/freeze-dataset.js";
import { notFound } from "../errors.js";
import type { AnySnapshot } from "../graph/snapshot.js";
import type { Model } from "../model/model.js";
import { keyOf } from "../store/key-of.js";
import { required } from "../store/required.js";
import { freezeTraining } from "../training/freeze-training.js";
import type { Training, TrainingSnapshot } from "../training/training.js";
import { freezeModelVersion } from "./freeze-model-version.js";
import type { PublishModelVersionInput } from "./model-version.inputs.js";
import type { ModelVersionSnapshot } from "./model-version.js";

/** What a version came from. */
export interface Provenance {
  readonly train: TrainingSnapshot | null;
  readonly ds: DatasetSnapshot | null;
  readonly pretrained: ModelVersionSnapshot | null;
}

interface Named {
  readonly model: string;
  readonly name: string;
}

/** The one named, else the only one of that model that was mounted, else null; null where null was named. @throws NOT_FOUND */
function mounted<S extends AnySnapshot & { readonly model: AnySnapshot }>(
  all: readonly S[],
  named: Named | null | undefined,
  model: Model,
  field: string,
): S | null {
  if (named === null) return null;
  if (named) {
    const found = all.find(({ key }) => key === keyOf(named.model, named.name));
    if (!found) throw notFound(`mounted ${field}`, ["input", field]);
    return found;
  }
  const [only, ...others] = all.filter((each) => each.model._id === model._id);
  return only && others.length === 0 ? only : null;
}

/** For a version that a training publishes: from what the training recorded when it was started. @throws NOT_FOUND */
async function provenanceOfTraining(
  { store }: App,
  training: Training,
  input: PublishModelVersionInput,
  model: Model,
): Promise<Provenance> {
  return {
    train: await freezeTraining(store, training, new Date()),
    ds: mounted(training.ds, input.ds, model, "ds"),
    pretrained: mounted(training.pretrained, input.pretrained, model, "pretrained"),
  };
}

/** For a version that somebody publishes: from what is current under the names given. @throws NOT_FOUND */
async function provenanceNamed({ store }: App, { ds, pretrained }: PublishModelVersionInput): Promise<Provenance> {
  const at = new Date();
  const dataset = ds && (await required(store.datasets, "dataset", [ds.model, ds.name], ["input", "ds"]));
  const version =
    pretrained &&
    (await required(
      store.modelVersions,
      "model version",
      [pretrained.model, pretrained.name],
      ["input", "pretrained"],
    ));
  return {
    train: null,
    ds: dataset ? await freezeDataset(store, dataset, at) : null,
    pretrained: version ? await freezeModelVersion(store, version, at) : null,
  };
}

export const provenanceOf = (
  app: App,
  training: Training | null,
  input: PublishModelVersionInput,
  model: Model,
): Promise<Provenance> => (training ? provenanceOfTraining(app, training, input, model) : provenanceNamed(app, input));
