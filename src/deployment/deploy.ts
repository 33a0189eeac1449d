import type { App } from "../app.js";
import { buildVersionToRun, freezeVersions, versionsToMount } from "../attempt/run-inputs.js";
import { BUILD_VERSION_DEFINITION } from "../builds/build-version.js";
import { DomainError } from "../errors.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { refuseNull } from "../graph/mutation-input.js";
import type { Project } from "../project/project.js";
import { runEnv } from "../run-options/env-variables.js";
import { runResources } from "../run-options/given-resources.js";
import { freeze } from "../snapshots/freeze.js";
import { changeRecord, findWhole, requireWhole, type Whole } from "../store/change-record.js";
import { idempotent, type Intent, releaseIdempotencyKey } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireCurrent } from "../store/read-records.js";
import { isDeletedMeanwhile, recheckParents, refuseDeleting } from "../store/recheck-parents.js";
import type { Store } from "../store/store.js";
import { paramsText } from "../training/stored-params.js";
import { type DeployInput, MAX_REPLICAS, type UndeployInput } from "./deployment.inputs.js";
import { Availability, type Deployment, snapshotRefs } from "./deployment.js";
import { type DeploymentPatch, desiredAfter, desiredOf, type DesiredState } from "./desired-state.js";
import { availabilityOf } from "./replica-tasks.js";

type Deploying = Pick<App, "store" | "settings" | "runtime" | "work">;

/**
 * Writes the desired state, whole. The reconciler brings it about; the tasks of the deployment show the progress.
 * @throws NOT_FOUND, BAD_USER_INPUT, LIMIT_EXCEEDED, CONFLICT, RUNTIME_UNAVAILABLE
 */
export function deploy(app: Deploying, intent: Intent, input: DeployInput): Promise<Deployment> {
  const { store } = app;
  return idempotent(app, intent, async () => {
    const project = await requireCurrent(store.projects, "project", [input.proj], ["input", "proj"]);
    refuseDeleting(project);
    refuseNull(input, ["tag", "notebook", "replicas"]);
    checkReplicas(input.replicas ?? 0);
    const name = input.name ?? generateName();
    const patch = await resolvePatch(app, project, input);
    if (patch.replicas !== 0) await app.runtime.engine();
    return createOrChange(app, intent, project, name, patch);
  });
}

function checkReplicas(replicas: number): void {
  if (replicas < 0 || replicas > MAX_REPLICAS)
    throw new DomainError("BAD_USER_INPUT", `A deployment has 0 to ${MAX_REPLICAS} replicas.`, ["input", "replicas"]);
}

async function resolvePatch(app: Deploying, project: Project, input: DeployInput): Promise<DeploymentPatch> {
  const { store } = app;
  const at = new Date();
  const { tag, notebook, movers, params, env, resources, details, replicas } = input;
  const version = tag ? await buildVersionToRun(store, project, tag) : undefined;
  const versions = movers === undefined ? undefined : await versionsToMount(store, movers ?? [], ["input", "movers"]);
  return {
    bvers: version && (await freeze(store, BUILD_VERSION_DEFINITION, version, at)),
    notebook: notebook ?? undefined,
    movers: versions && (await freezeVersions(store, versions, at)),
    params: params === undefined ? undefined : { params: params ?? {}, written_params: paramsText(params ?? {}) },
    env: env === undefined ? undefined : await runEnv(store, env, project.deployment_defaults?.env),
    resources: resources === undefined ? undefined : await resourcesOf(app, project, resources),
    details: details === undefined ? undefined : (details ?? {}),
    replicas: replicas ?? undefined,
  };
}

const resourcesOf = (app: Deploying, { deployment_defaults }: Project, input?: DeployInput["resources"]) =>
  runResources(app, "deploy", input, deployment_defaults?.resources);

async function createOrChange(
  app: Deploying,
  intent: Intent,
  project: Project,
  name: string,
  patch: DeploymentPatch,
): Promise<Deployment> {
  const { store } = app;
  const current = await findWhole(store.deployments, [project.name, name]);
  if (current) return changeDesired(app, intent, current, patch);
  try {
    return await create(app, intent, project, name, patch);
  } catch (error) {
    // Another request has created it meanwhile, so that this one changes it.
    const made = await findWhole(store.deployments, [project.name, name]);
    if (!made || !(error instanceof DomainError && error.code === "ALREADY_EXISTS")) throw error;
    return changeDesired(app, intent, made, patch);
  }
}

async function create(
  app: Deploying,
  intent: Intent,
  project: Project,
  name: string,
  patch: DeploymentPatch,
): Promise<Deployment> {
  const { store } = app;
  const { bvers, notebook, movers = [], details = {}, replicas = 1 } = patch;
  if (!bvers)
    throw new DomainError("BAD_USER_INPUT", "A new deployment needs the `tag` of a build version of the project.", [
      "input",
      "tag",
    ]);
  if (!notebook)
    throw new DomainError("BAD_USER_INPUT", "A new deployment needs a `notebook`: its path inside the project.", [
      "input",
      "notebook",
    ]);
  const inserted = await insertRecord(
    store.deployments,
    {
      _id: newId("depl"),
      key: keyOf(project.name, name),
      name,
      proj: project._id,
      revision: 1,
      revision_id: newId("revision"),
      bvers,
      notebook,
      movers: [...movers],
      holds: snapshotRefs({ bvers, movers: [...movers] }),
      ...(patch.params ?? { params: {}, written_params: "{}" }),
      env: patch.env ?? (await runEnv(store, null, project.deployment_defaults?.env)),
      ...(patch.resources ?? (await resourcesOf(app, project))),
      details,
      replicas,
      tasks: [],
      availability: Availability.NONE,
    },
    intent,
  );
  return recheckParents(inserted, store.deployments, intent, [
    [store.byKind.project, [project._id]],
    [store.byKind.bvers, [bvers._id]],
    [store.byKind.movers, movers.map(({ _id }) => _id)],
  ]);
}

/** The availability changes in the same write: a client must not read that of an earlier desired state. */
const desiredFields = (desired: DesiredState, { tasks }: Deployment) => ({
  ...desired,
  holds: snapshotRefs(desired),
  availability: availabilityOf(desired, tasks),
});

/**
 * Changes the desired state of a deployment, by its id or as it was read. What a new revision needs is read again after
 * the write, as after an insert: a deletion that began meanwhile has not seen the revision.
 * @param patch the change, or a function that makes it for the deployment as it is; it may be called again.
 * @throws NOT_FOUND; CONFLICT if the deployment or a record that it needs is being deleted. Then the state before is
 *   restored.
 */
export async function changeDesired(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  target: string | Whole<Deployment>,
  patch: DeploymentPatch | ((current: Deployment) => DeploymentPatch),
): Promise<Deployment> {
  const newRevision = newId("revision");
  let before: Deployment | undefined;
  const changed = await changeRecord(
    store.deployments,
    target,
    (current) => {
      refuseDeleting(current);
      before = current;
      const wanted = typeof patch === "function" ? patch(current) : patch;
      return desiredFields(desiredAfter(current, wanted, newRevision), current);
    },
    intent,
  );
  if (!before || changed.revision_id !== newRevision || !(await needsRecordBeingDeleted(store, changed)))
    return changed;
  await revertTo(store, intent, before, changed);
  await work.relay(changed._id);
  throw new DomainError(
    "CONFLICT",
    "A record that the deployment needs is being deleted: name another, or wait and make it again.",
  );
}

async function needsRecordBeingDeleted({ byKind }: Store, { bvers, movers }: Deployment): Promise<boolean> {
  const found = await Promise.all([
    isDeletedMeanwhile(byKind.bvers, bvers ? [bvers._id] : []),
    isDeletedMeanwhile(
      byKind.movers,
      movers.map(({ _id }) => _id),
    ),
  ]);
  return found.includes(true);
}

/** Restores the state before, as one more revision: the refused one may be relayed already. A later change stays. */
async function revertTo(store: Store, intent: Intent, before: Deployment, refused: Deployment): Promise<void> {
  await changeRecord(
    store.deployments,
    refused._id,
    (current) => {
      if (current.revision_id !== refused.revision_id) return null;
      const replicas = current.replicas === refused.replicas ? before.replicas : current.replicas;
      const revision = { revision: current.revision + 1, revision_id: newId("revision") };
      return desiredFields({ ...desiredOf(before), ...revision, replicas }, current);
    },
    { ...intent, idempotencyKey: null },
  );
  await releaseIdempotencyKey(store.deployments, refused._id, intent);
}

/** Sets the replicas to 0. The record stays, with all that a later `deploy` needs. @throws NOT_FOUND */
export function undeploy(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name }: UndeployInput,
): Promise<Deployment> {
  return idempotent({ store, work }, intent, async () => {
    const current = await requireWhole(store.deployments, "deployment", [proj, name], ["input", "name"]);
    const stopped = (current: Deployment) => ({
      replicas: 0,
      availability: availabilityOf({ ...current, replicas: 0 }, current.tasks),
    });
    return changeRecord(store.deployments, current, stopped, intent);
  });
}
