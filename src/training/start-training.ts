import type { App } from "../app.js";
import { resourcesOf } from "../attempt/run-attempt.js";
import { buildVersionToRun, datasetsToMount, versionsToMount } from "../attempt/run-inputs.js";
import { BUILD_VERSION_DEFINITION } from "../builds/build-version.js";
import { DATASET_DEFINITION } from "../dataset/dataset.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { hasEnded, waitingTask } from "../graph/task.js";
import { MODEL_VERSION_DEFINITION } from "../model-version/model-version.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, idempotent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireCurrent } from "../store/read-records.js";
import { refuseDeleting, recheckParents } from "../store/recheck-parents.js";
import { storedParams } from "./stored-params.js";
import type { CancelTrainingInput, StartTrainingInput } from "./training.inputs.js";
import type { Training } from "./training.js";

/**
 * Records the training with everything that it mounts, as it is at this moment; the reconciler runs it.
 * @throws NOT_FOUND, BAD_USER_INPUT, ALREADY_EXISTS, CONFLICT, RUNTIME_UNAVAILABLE
 */
export function startTraining(
  app: Pick<App, "store" | "settings" | "runtime" | "work">,
  intent: Intent,
  input: StartTrainingInput,
): Promise<Training> {
  const { store } = app;
  return idempotent(app, intent, async () => {
    const project = await requireCurrent(store.projects, "project", [input.proj], ["input", "proj"]);
    refuseDeleting(project);
    const version = await buildVersionToRun(store, project, input.tag);
    const datasets = await datasetsToMount(store, input.datasets ?? [], ["input", "datasets"]);
    const pretrained = await versionsToMount(store, input.pretrained ?? [], ["input", "pretrained"]);
    await app.runtime.engine();

    const at = new Date();
    const name = input.name ?? generateName();
    const inserted = await insertRecord(
      store.trainings,
      {
        _id: newId("train"),
        key: keyOf(project.name, name),
        name,
        proj: project._id,
        bvers: await freeze(store, BUILD_VERSION_DEFINITION, version, at),
        notebook: input.notebook,
        params: storedParams(input.params ?? {}),
        details: input.details ?? {},
        resources: resourcesOf(app.settings, app.settings.ROCAS_TRAIN_MEMORY_MB),
        ds: await Promise.all(datasets.map((dataset) => freeze(store, DATASET_DEFINITION, dataset, at))),
        pretrained: await Promise.all(
          pretrained.map(({ version: each, alias }) => freeze(store, MODEL_VERSION_DEFINITION, each, at, { alias })),
        ),
        task: waitingTask(at),
      },
      intent,
    );
    const training = await recheckParents(inserted, store.trainings, intent, [
      [store.byKind.project, [project._id]],
      [store.byKind.bvers, [version._id]],
      [store.byKind.dataset, datasets.map(({ _id }) => _id)],
      [store.byKind.movers, pretrained.map(({ version: { _id } }) => _id)],
    ]);
    // As it reads from the store on, where a number is a number.
    return { ...training, params: input.params ?? {} };
  });
}

/**
 * Records the wish; the task is CANCELLED once nothing of it runs any more. One that has ended stays as it is.
 * @throws NOT_FOUND
 */
export function cancelTraining(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name }: CancelTrainingInput,
): Promise<Training> {
  return idempotent({ store, work }, intent, async () => {
    const { _id } = await requireCurrent(store.trainings, "training", [proj, name], ["input", "name"]);
    const requested = (current: Training) => (hasEnded(current.task.state) ? null : { cancel: true });
    const training = await changeRecord(store.trainings, _id, requested, intent);
    return training;
  });
}
