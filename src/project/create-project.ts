import type { App } from "../app.js";
import { newId } from "../graph/id.js";
import { madeUpName } from "../graph/made-up-name.js";
import { retentionOf } from "../graph/retention-policy.js";
import { storedFields } from "../graph/stored-fields.js";
import { insertRecord } from "../store/insert-record.js";
import { type Intent, once } from "../store/intent.js";
import { keyOf } from "../store/key-of.js";
import { modelsOf } from "./models-of.js";
import type { CreateProjectInput } from "./project.inputs.js";
import type { Project } from "./project.js";

/** @throws ALREADY_EXISTS, NOT_FOUND where a model is missing. */
export function createProject(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: CreateProjectInput,
): Promise<Project> {
  return once({ store, work }, intent, async () => {
    const name = input.name ?? madeUpName();
    const model = await modelsOf(store, input.models ?? []);
    return insertRecord(
      store.projects,
      {
        _id: newId("project"),
        key: keyOf(name),
        name,
        ...storedFields(input, ["name", "models", "retention"]),
        model,
        retention: retentionOf(input.retention) ?? null,
      },
      intent,
    );
  });
}
