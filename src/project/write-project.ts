import type { App } from "../app.js";
import { DomainError, notFound } from "../errors.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { storedFields, withoutUndefined } from "../graph/mutation-input.js";
import { retentionOf } from "../graph/retention-policy.js";
import { updateRecord } from "../kinds/update-record.js";
import { storedDefaults } from "../run-options/run-defaults.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { findCurrentByKeys } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { CreateProjectInput, UpdateProjectInput } from "./project.inputs.js";
import type { Project } from "./project.js";

const MAX_MODELS = 50;

/** Returns the ids of models in the order of their names. @throws NOT_FOUND, LIMIT_EXCEEDED, CONFLICT */
async function modelIdsOf({ models }: Pick<Store, "models">, names: readonly string[]): Promise<string[]> {
  if (names.length > MAX_MODELS)
    throw new DomainError("LIMIT_EXCEEDED", `A project uses at most ${MAX_MODELS} models.`, ["input", "models"]);
  const found = new Map((await findCurrentByKeys(models, names)).map((model) => [model.key, model]));
  return [...new Set(names)].map((name, index) => {
    const model = found.get(name);
    if (!model) throw notFound("model", ["input", "models", index]);
    if (model.deleting) throw new DomainError("CONFLICT", "The model is being deleted.", ["input", "models", index]);
    return model._id;
  });
}

/** The fields that are stored in another form. */
const SPECIAL = ["name", "models", "retention", "trainingDefaults", "deploymentDefaults"] as const;

const defaultsOf = async (
  app: Pick<App, "settings" | "store">,
  { trainingDefaults, deploymentDefaults }: UpdateProjectInput | CreateProjectInput,
) =>
  withoutUndefined({
    training_defaults: await storedDefaults(app, trainingDefaults, ["input", "trainingDefaults"]),
    deployment_defaults: await storedDefaults(app, deploymentDefaults, ["input", "deploymentDefaults"]),
  });

/** @throws ALREADY_EXISTS, NOT_FOUND if a model is missing. */
export function createProject(
  { store, work, settings }: Pick<App, "store" | "work" | "settings">,
  intent: Intent,
  input: CreateProjectInput,
): Promise<Project> {
  return idempotent({ store, work }, intent, async () => {
    const name = input.name ?? generateName();
    const model = await modelIdsOf(store, input.models ?? []);
    return insertRecord(
      store.projects,
      {
        _id: newId("project"),
        key: keyOf(name),
        name,
        ...storedFields(input, SPECIAL),
        ...(await defaultsOf({ settings, store }, input)),
        model,
        retention: retentionOf(input.retention) ?? null,
      },
      intent,
    );
  });
}

/** @throws NOT_FOUND */
export const updateProject = (
  app: Pick<App, "store" | "work" | "settings">,
  intent: Intent,
  input: UpdateProjectInput,
): Promise<Project> =>
  updateRecord(app, intent, "project", [input.name], async () => {
    const { models, retention } = input;
    return {
      ...storedFields(input, SPECIAL),
      ...(await defaultsOf(app, input)),
      ...withoutUndefined({
        model: models === undefined ? undefined : await modelIdsOf(app.store, models ?? []),
        retention: retentionOf(retention),
      }),
    };
  });
