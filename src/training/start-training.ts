import type { App } from "../app.js";
import { buildVersionToRun, datasetsToMount, freezeVersions, versionsToMount } from "../attempt/run-inputs.js";
import { BUILD_VERSION_DEFINITION } from "../builds/build-version.js";
import { DATASET_DEFINITION } from "../dataset/dataset.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { pendingRollout } from "../graph/rollout.js";
import { hasEnded, waitingTask } from "../graph/task.js";
import { runEnv } from "../run-options/env-variables.js";
import { runResources } from "../run-options/given-resources.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord, requireWhole } from "../store/change-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireCurrent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import { recheckParents, refuseDeleting } from "../store/recheck-parents.js";
import { storedParams } from "./stored-params.js";
import { timeoutSecondsOf } from "./training-timeout.js";
import type { CancelTrainingInput, StartTrainingInput } from "./training.inputs.js";
import type { Training } from "./training.js";
import type { Deployment } from "../deployment/deployment.js";
import type { Project } from "../project/project.js";

/**
 * Creates the training with snapshots of everything that it mounts. The reconciler runs it.
 * @throws NOT_FOUND, BAD_USER_INPUT, LIMIT_EXCEEDED, ALREADY_EXISTS, CONFLICT, RUNTIME_UNAVAILABLE
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
    const env = await runEnv(store, input.env, project.training_defaults?.env);
    const timeoutSeconds = timeoutSecondsOf(app.settings, input.timeoutSeconds);
    const target = await targetOf(store, project, input.targetDeployment ?? null);
    await app.runtime.engine();
    const resources = await runResources(app, "train", input.resources, project.training_defaults?.resources);

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
        ...resources,
        timeout_seconds: timeoutSeconds,
        env,
        ds: await Promise.all(datasets.map((dataset) => freeze(store, DATASET_DEFINITION, dataset, at))),
        pretrained: await freezeVersions(store, pretrained, at),
        target_deployment: target?.name ?? null,
        rollout: target && pendingRollout(target._id, at),
        task: waitingTask(at),
      },
      intent,
    );
    const training = await recheckParents(inserted, store.trainings, intent, [
      [store.byKind.project, [project._id]],
      [store.byKind.bvers, [version._id]],
      [store.byKind.dataset, datasets.map(({ _id }) => _id)],
      [store.byKind.movers, pretrained.map(({ version: { _id } }) => _id)],
      [store.byKind.depl, target ? [target._id] : []],
    ]);
    // The parameters as clients read them, without the number types of the store.
    return { ...training, params: input.params ?? {} };
  });
}

/** Returns the deployment of the project that gets what the training publishes. @throws NOT_FOUND, CONFLICT */
async function targetOf(
  { deployments }: Pick<Store, "deployments">,
  project: Project,
  name: string | null,
): Promise<Deployment | null> {
  if (name === null) return null;
  const path = ["input", "targetDeployment"];
  const deployment = await requireCurrent(deployments, "deployment", [project.name, name], path);
  refuseDeleting(deployment);
  return deployment;
}

/**
 * Requests the end of a training. Its task is CANCELLED once nothing of it runs any more. An ended one stays as it is.
 * @throws NOT_FOUND
 */
export function cancelTraining(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name }: CancelTrainingInput,
): Promise<Training> {
  return idempotent({ store, work }, intent, async () => {
    const training = await requireWhole(store.trainings, "training", [proj, name], ["input", "name"]);
    const cancelled = (current: Training) => (hasEnded(current.task.state) ? null : { cancel: true });
    return changeRecord(store.trainings, training, cancelled, intent);
  });
}
