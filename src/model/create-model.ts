import type { App } from "../app.js";
import { newId } from "../graph/id.js";
import { madeUpName } from "../graph/made-up-name.js";
import { retentionOf } from "../graph/retention-policy.js";
import { storedFields } from "../graph/stored-fields.js";
import { insertRecord } from "../store/insert-record.js";
import { type Intent, once } from "../store/intent.js";
import { keyOf } from "../store/key-of.js";
import { fileDocsOf } from "./file-docs-of.js";
import type { CreateModelInput } from "./model.inputs.js";
import type { Model } from "./model.js";

/** @throws ALREADY_EXISTS, BAD_USER_INPUT where the file contract contradicts itself. */
export function createModel(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: CreateModelInput,
): Promise<Model> {
  return once({ store, work }, intent, async () => {
    const name = input.name ?? madeUpName();
    const contract = {
      model_files: fileDocsOf(input.modelFiles ?? [], "modelFiles"),
      data_files: fileDocsOf(input.dataFiles ?? [], "dataFiles"),
    };
    return insertRecord(
      store.models,
      {
        _id: newId("model"),
        key: keyOf(name),
        name,
        ...storedFields(input, ["name", "modelFiles", "dataFiles", "retention"]),
        ...contract,
        retention: retentionOf(input.retention) ?? null,
      },
      intent,
    );
  });
}
