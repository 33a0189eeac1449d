import { valuesOf } from "../graph/definition.js";
import { MODEL_DEFINITION } from "../model/model.js";
import { PROJECT_DEFINITION } from "../project/project.js";
import { byId } from "../store/current.js";
import type { Store } from "../store/store.js";
import { asMetadata, listsIn } from "./as-metadata.js";
import type { Assignment } from "./assignment.js";
import { datasetsOf, versionsOf } from "./mounted.js";

/**
 * The files below `/nha/meta/` in the container, under the specification's field names: the records as they were when
 * the work was started. The project's models are there as they are now, since versions are published for them.
 */
export async function meta(store: Pick<Store, "models" | "fileLists">, assignment: Assignment): Promise<object> {
  const { kind, proj } = assignment;
  const models = await byId(store.models, proj.model);
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
  const lists = await listsIn(store, [bvers, datasetsOf(assignment), versionsOf(assignment)]);
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
