import { valuesOf } from "../graph/definition.js";
import { readJson } from "../http/request-body.js";
import { MODEL_DEFINITION } from "../model/model.js";
import { PROJECT_DEFINITION } from "../project/project.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import { paramsOfText, writtenParams } from "../training/stored-params.js";
import { type Assignment, assignmentOf } from "./assignment.js";
import { writeSlot } from "./attempt.js";
import { fieldsOf } from "./body-fields.js";
import type { Endpoint } from "./call.js";
import { asMetadata, readFilesByList } from "./metadata.js";
import { datasetsOf, mountsOf, versionsOf } from "./mounted.js";

/** Opens the start gate, once for each attempt. Only then a container runs user code. @throws NotGranted */
export const claim: Endpoint = async ({ app, attempt, request }) => {
  fieldsOf(await readJson(request, { maxBodyBytes: 1024 }), []);
  // Read before the gate: a failure here must not use up the claim.
  const assignment = await assignmentOf(app.store, attempt.job);
  const params = await paramsOf(app.store, assignment);
  const mounts = await mountsOf(app.store, assignment);
  const metadata = { ...(await metadataOf(app.store, assignment)), params };
  const now = await app.store.now();
  await writeSlot(app.store, attempt, { claimed_at: now, heartbeat_at: now }, { claimed_at: null, wanted: true });
  // The reconciler of this process looks at once.
  await app.work.relay(attempt.job._id);
  const until = attempt.job.deadlines.run;
  return {
    job: attempt.job._id,
    attempt: attempt.slot.attempt,
    slot: attempt.index,
    kind: assignment.kind,
    notebook: attempt.job.spec.kind === "BUILD" ? null : attempt.job.spec.notebook,
    params,
    timeoutSeconds: until ? Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1000)) : null,
    gpus: (assignment.kind === "train" ? assignment.training : assignment.revision).resources?.gpus ?? 0,
    meta: metadata,
    ...mounts,
  };
};

const paramsOf = (store: Store, assignment: Assignment): object | Promise<object> =>
  assignment.kind === "train"
    ? writtenParams(store, assignment.training._id)
    : paramsOfText(assignment.revision.written_params ?? "{}");

/**
 * Returns the files below `/nha/meta/`, under the names of the specification.
 *
 * Records are as they were when the work started. Models are as they are now, since versions are published for them.
 */
async function metadataOf(store: Pick<Store, "models" | "fileLists">, assignment: Assignment): Promise<object> {
  const { kind, proj } = assignment;
  const models = await findByIds(store.models, proj.model);
  const subject = kind === "train" ? assignment.training : assignment.revision;
  const { notebook, details, bvers } = subject;
  const work =
    kind === "train"
      ? { train: { id: subject._id, name: assignment.training.name, notebook, details } }
      : {
          depl: {
            id: assignment.deployment._id,
            name: assignment.deployment.name,
            revision: assignment.revision.number,
            notebook,
            details,
          },
        };
  const lists = await readFilesByList(store, [bvers, datasetsOf(assignment), versionsOf(assignment)]);
  return {
    proj: { id: proj._id, ...valuesOf(PROJECT_DEFINITION, proj), model: models.map((model) => model.name) },
    ...work,
    bvers: asMetadata(bvers ?? null, lists),
    datasets: asMetadata(datasetsOf(assignment), lists),
    movers: kind === "deploy" ? asMetadata(versionsOf(assignment), lists) : [],
    pretrained: kind === "train" ? asMetadata(versionsOf(assignment), lists) : [],
    models: models.map((model) => ({ id: model._id, ...valuesOf(MODEL_DEFINITION, model) })),
  };
}
