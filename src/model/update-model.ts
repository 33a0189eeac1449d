import type { App } from "../app.js";
import { given } from "../graph/given.js";
import { retentionOf } from "../graph/retention-policy.js";
import { storedFields } from "../graph/stored-fields.js";
import type { Intent } from "../store/intent.js";
import { updateRecord } from "../kinds/update-record.js";
import { fileDocsOf } from "./file-docs-of.js";
import type { UpdateModelInput } from "./model.inputs.js";
import type { Model } from "./model.js";

/** Existing datasets and versions stay as good as they were; the changed contract binds what is published from then on. @throws NOT_FOUND, BAD_USER_INPUT */
export const updateModel = (
  app: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateModelInput,
): Promise<Model> =>
  updateRecord(app, intent, "model", [input.name], () => {
    const { modelFiles, dataFiles, retention } = input;
    return {
      ...storedFields(input, ["name", "modelFiles", "dataFiles", "retention"]),
      ...given({
        model_files: modelFiles === undefined ? undefined : fileDocsOf(modelFiles ?? [], "modelFiles"),
        data_files: dataFiles === undefined ? undefined : fileDocsOf(dataFiles ?? [], "dataFiles"),
        retention: retentionOf(retention),
      }),
    };
  });
