import type { App } from "../app.js";
import { given } from "../graph/given.js";
import { retentionOf } from "../graph/retention-policy.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import { fileDocsOf } from "./file-docs-of.js";
import type { UpdateModelInput } from "./model.inputs.js";
import type { Model } from "./model.js";

/** Existing datasets and versions stay as good as they were; the changed contract binds what is published from then on. @throws NOT_FOUND, BAD_USER_INPUT */
export function updateModel(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateModelInput,
): Promise<Model> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.models, "model", [input.name], ["input", "name"]);
    const { desc, modelFiles, dataFiles } = input;
    const model_files = modelFiles === undefined ? undefined : fileDocsOf(modelFiles ?? [], "modelFiles");
    const data_files = dataFiles === undefined ? undefined : fileDocsOf(dataFiles ?? [], "dataFiles");
    const retention = retentionOf(input.retention);
    return changeRecord(store.models, _id, () => given({ desc, model_files, data_files, retention }), intent);
  });
}
