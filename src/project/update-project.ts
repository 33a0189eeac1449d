import type { App } from "../app.js";
import { given } from "../graph/given.js";
import { retentionOf } from "../graph/retention-policy.js";
import { storedFields } from "../graph/stored-fields.js";
import type { Intent } from "../store/intent.js";
import { updateRecord } from "../kinds/update-record.js";
import { modelsOf } from "./models-of.js";
import type { UpdateProjectInput } from "./project.inputs.js";
import type { Project } from "./project.js";

/** @throws NOT_FOUND */
export const updateProject = (
  app: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateProjectInput,
): Promise<Project> =>
  updateRecord(app, intent, "project", [input.name], async () => {
    const { models, retention } = input;
    return {
      ...storedFields(input, ["name", "models", "retention"]),
      ...given({
        model: models === undefined ? undefined : await modelsOf(app.store, models ?? []),
        retention: retentionOf(retention),
      }),
    };
  });
