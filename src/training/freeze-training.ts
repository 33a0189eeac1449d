import { pinSnapshot } from "../model-version/pin-snapshot.js";
import { freezeProject } from "../project/freeze-project.js";
import { parentOf } from "../store/parent-of.js";
import type { Store } from "../store/store.js";
import type { Training, TrainingSnapshot } from "./training.js";

/** The training as it is: what it was started with, not how far it has come. @throws CONFLICT where the project is being deleted. */
export async function freezeTraining(
  store: Pick<Store, "projects" | "snapshots">,
  training: Training,
  at: Date,
): Promise<TrainingSnapshot> {
  const { _id, key, name, bvers, notebook, params, details, resources, ds } = training;
  return {
    _id,
    key,
    taken_at: at,
    name,
    bvers: bvers ?? null,
    notebook: notebook ?? null,
    params,
    details,
    resources: resources ?? null,
    ds,
    proj: freezeProject(await parentOf(store.projects, training.proj), at),
    pretrained: await Promise.all(training.pretrained.map((version) => pinSnapshot(store, version))),
  };
}
