import { mongo, trusted } from "mongoose";
import type { App } from "../app.js";
import { freezeVersions, MAX_MOUNTS } from "../attempt/run-inputs.js";
import { ROCAS } from "../caller.js";
import { DomainError } from "../errors.js";
import { type Rollout, RolloutState } from "../graph/rollout.js";
import type { OutboxEntry } from "../graph/stored-record.js";
import { FilesState } from "../graph/stored-file.js";
import { hasEnded, TaskState } from "../graph/task.js";
import { isDiskFull, isMachineFault } from "../machine-faults.js";
import type { ModelVersion, ModelVersionSnapshot } from "../model-version/model-version.js";
import { changeRecord } from "../store/change-record.js";
import { idempotent, systemIntent } from "../store/idempotency.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { Training } from "../training/training.js";
import { changeDesired } from "./deploy.js";
import type { Deployment } from "./deployment.js";

type Outcome = Pick<Rollout, "state" | "revision" | "reason">;

const refused = (reason: string): Outcome => ({ state: RolloutState.REFUSED, revision: null, reason });
const skipped = (reason: string): Outcome => ({ state: RolloutState.SKIPPED, revision: null, reason });

/**
 * Deploys what a training published to its target deployment, once it has ended, and writes the outcome to the training.
 * Repeatable: the change of the deployment has an idempotency key, so that a repeat after a crash makes no other
 * revision. Only a fault of the store or the machine is tried again.
 */
export async function deployTrained(app: App, training: Training, { after }: OutboxEntry): Promise<void> {
  const { rollout, task, deleting } = training;
  if (!after["task"] || !hasEnded(task.state) || deleting || rollout?.state !== RolloutState.PENDING) return;
  const outcome = await outcomeOf(app, training, rollout);
  const written = await changeRecord(
    app.store.trainings,
    training._id,
    (current) =>
      current.rollout?.state === RolloutState.PENDING
        ? { rollout: { ...current.rollout, ...outcome, update_time: new Date() } }
        : null,
    systemIntent(ROCAS),
  );
  // Not awaited: it follows the relay of this training that is under way.
  void app.work.relay(written);
}

async function outcomeOf(app: App, training: Training, { deployment }: Rollout): Promise<Outcome> {
  const { state } = training.task;
  if (state !== TaskState.FINISHED) return skipped(`The training is ${state}, so that nothing of it is deployed.`);
  try {
    return await deployPublished(app, training, deployment);
  } catch (error) {
    if (error instanceof mongo.MongoError || isDiskFull(error) || isMachineFault(error)) throw error;
    if (error instanceof DomainError) return refused(error.message);
    app.logger.error({ event: "rollout_failed", training: training._id, err: error });
    return refused("It failed on our side; the log of the server has the reason.");
  }
}

async function deployPublished(app: App, training: Training, target: string): Promise<Outcome> {
  const { store } = app;
  const versions = await publishedBy(store, training);
  if (versions.length === 0) return skipped("The training published no version that is current now.");
  const [found] = await findByIds(store.deployments, [target]);
  if (!found) return refused("The deployment was deleted meanwhile.");
  const snapshots = await freezeVersions(
    store,
    versions.map((version) => ({ version, alias: null })),
    new Date(),
  );
  const patch = ({ movers }: Deployment) => ({ movers: withPublished(movers, versions, snapshots) });
  const intent = {
    caller: { name: training._id },
    mutation: "targetDeployment",
    input: { deployment: target },
    idempotencyKey: "rollout",
  };
  const deployment = await idempotent(app, intent, () => changeDesired(app, intent, target, patch));
  return servedAs(store, deployment, training, versions);
}

/** Returns the current versions that a training published: the last one of each model. */
async function publishedBy({ modelVersions }: Store, { _id }: Training): Promise<ModelVersion[]> {
  const found = await modelVersions
    .find(
      {
        "train._id": trusted({ $eq: _id }),
        superseded: false,
        state: FilesState.READY,
        deleted: trusted({ $ne: true }),
      },
      { model: 1 },
    )
    .sort({ _id: 1 })
    .lean<Pick<ModelVersion, "_id" | "model">[]>();
  const lastOfModel = new Map(found.map((each) => [each.model, each._id]));
  const versions = await findByIds(modelVersions, [...lastOfModel.values()]);
  return versions.sort((one, other) => (one._id < other._id ? -1 : 1));
}

/**
 * Returns the versions to serve: each published one takes the place of that of its model, or follows the others. Lazy
 * serving, without any, stays lazy: its replicas fetch the new versions by themselves.
 * @throws LIMIT_EXCEEDED
 */
function withPublished(
  served: readonly ModelVersionSnapshot[],
  versions: readonly ModelVersion[],
  snapshots: readonly ModelVersionSnapshot[],
): ModelVersionSnapshot[] {
  if (served.length === 0) return [];
  const published = new Map(
    snapshots.map((snapshot, at) => [versions[at]?.model, { snapshot, version: versions[at] }]),
  );
  const kept = served.filter(({ model }, at) => {
    const isFirst = served.findIndex((each) => each.model._id === model._id) === at;
    return isFirst || !published.has(model._id);
  });
  const replaced = kept.map((each) => {
    const found = published.get(each.model._id);
    if (!found) return each;
    published.delete(each.model._id);
    // The alias by which the deployment named the version stays true only if the new one has it.
    const alias = each.alias && found.version?.aliases.includes(each.alias) ? each.alias : null;
    return { ...found.snapshot, alias };
  });
  const movers = [...replaced, ...[...published.values()].map(({ snapshot }) => snapshot)];
  if (movers.length > MAX_MOUNTS)
    throw new DomainError("LIMIT_EXCEEDED", `A deployment serves at most ${MAX_MOUNTS} versions.`);
  return movers;
}

/** Returns the outcome by what the deployment serves after the change. */
async function servedAs(
  { deploymentRevisions }: Store,
  deployment: Deployment,
  { _id }: Training,
  versions: readonly ModelVersion[],
): Promise<Outcome> {
  // A later change may have made further revisions.
  const [made] = await deploymentRevisions
    .find({ deployment: trusted({ $eq: deployment._id }), created_by: trusted({ $eq: _id }) }, { number: 1 })
    .sort({ _id: 1 })
    .limit(1)
    .lean<{ readonly number: number }[]>();
  if (made) return { state: RolloutState.DEPLOYED, revision: made.number, reason: null };
  if (deployment.movers.length === 0)
    return skipped("The deployment serves lazily: its replicas fetch the version by themselves.");
  const served = new Set(deployment.movers.map((each) => each._id));
  if (versions.every((version) => served.has(version._id)))
    return { state: RolloutState.DEPLOYED, revision: deployment.revision, reason: null };
  return refused("The deployment was changed meanwhile, and serves other versions.");
}
