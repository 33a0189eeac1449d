import type { App } from "../app.js";
import { buildVersionToRun } from "../attempt/build-version-to-run.js";
import { mountableVersions } from "../attempt/mountable.js";
import { BUILD_VERSION_DEFINITION } from "../builds/build-version.js";
import { DomainError } from "../errors.js";
import { refuseNull } from "../graph/given.js";
import { newId } from "../graph/id.js";
import { madeUpName } from "../graph/made-up-name.js";
import { MODEL_VERSION_DEFINITION } from "../model-version/model-version.js";
import type { Project } from "../project/project.js";
import { freeze } from "../snapshots/freeze.js";
import { currentOf } from "../store/current.js";
import { insertRecord } from "../store/insert-record.js";
import { type Intent, once } from "../store/intent.js";
import { keyOf } from "../store/key-of.js";
import { required } from "../store/required.js";
import type { Store } from "../store/store.js";
import { refuseDeleting, stillUnderAll } from "../store/under-parent.js";
import { changeWish } from "./change-wish.js";
import { type DeployInput, MOST_REPLICAS } from "./deployment.inputs.js";
import { Availability, type Deployment } from "./deployment.js";
import { heldBy } from "./held-by.js";
import type { DeploymentPatch } from "./wish-after.js";

/**
 * Records what is wanted, whole. The reconciler brings it about, and the deployment's tasks say how far it is.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONFLICT, RUNTIME_UNAVAILABLE
 */
export function deploy(
  app: Pick<App, "store" | "runtime" | "work">,
  intent: Intent,
  input: DeployInput,
): Promise<Deployment> {
  const { store } = app;
  return once(app, intent, async () => {
    const project = await required(store.projects, "project", [input.proj], ["input", "proj"]);
    refuseDeleting(project);
    refuseNull(input, ["tag", "notebook", "replicas"]);
    checkReplicas(input.replicas ?? 0);
    const name = input.name ?? madeUpName();
    const asked = await resolved(store, project, input);
    if (asked.replicas !== 0) await app.runtime.engine();
    const deployment = await write(app, intent, project, name, asked);
    return deployment;
  });
}

function checkReplicas(replicas: number): void {
  if (replicas < 0 || replicas > MOST_REPLICAS)
    throw new DomainError("BAD_USER_INPUT", `A deployment has 0 to ${MOST_REPLICAS} replicas.`, ["input", "replicas"]);
}

async function resolved(store: Store, project: Project, input: DeployInput): Promise<DeploymentPatch> {
  const at = new Date();
  const { tag, notebook, movers, details, replicas } = input;
  const version = tag ? await buildVersionToRun(store, project, tag) : undefined;
  const versions = movers === undefined ? undefined : await mountableVersions(store, movers ?? [], ["input", "movers"]);
  return {
    bvers: version && (await freeze(store, BUILD_VERSION_DEFINITION, version, at)),
    notebook: notebook ?? undefined,
    movers:
      versions &&
      (await Promise.all(
        versions.map(({ version: each, alias }) => freeze(store, MODEL_VERSION_DEFINITION, each, at, { alias })),
      )),
    details: details === undefined ? undefined : (details ?? {}),
    replicas: replicas ?? undefined,
  };
}

async function write(
  app: Pick<App, "store" | "work">,
  intent: Intent,
  project: Project,
  name: string,
  asked: DeploymentPatch,
): Promise<Deployment> {
  const { store } = app;
  const current = await currentOf(store.deployments, keyOf(project.name, name));
  if (current) return changeWish(app, intent, current._id, asked);
  try {
    return await insert(store, intent, project, name, asked);
  } catch (error) {
    // Somebody else has made it meanwhile: then this is a change of it.
    const made = await currentOf(store.deployments, keyOf(project.name, name));
    if (!made || !(error instanceof DomainError && error.code === "ALREADY_EXISTS")) throw error;
    return changeWish(app, intent, made._id, asked);
  }
}

async function insert(
  store: Store,
  intent: Intent,
  project: Project,
  name: string,
  asked: DeploymentPatch,
): Promise<Deployment> {
  const { bvers, notebook, movers = [], details = {}, replicas = 1 } = asked;
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
      holds: heldBy({ bvers, movers: [...movers] }),
      details,
      replicas,
      tasks: [],
      availability: Availability.NONE,
    },
    intent,
  );
  return stillUnderAll(inserted, store.deployments, intent, [
    [store.byKind.project, [project._id]],
    [store.byKind.bvers, [bvers._id]],
    [store.byKind.movers, movers.map(({ _id }) => _id)],
  ]);
}
