import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { nameOfFileAndFolder } from "../files/manifest.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { storedFields, withoutUndefined } from "../graph/mutation-input.js";
import { retentionOf } from "../graph/retention-policy.js";
import { updateRecord } from "../kinds/update-record.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import type { CreateModelInput, FileDocInput, UpdateModelInput } from "./model.inputs.js";
import type { FileDoc, Model } from "./model.js";

const MAX_FILES = 100;
const MAX_MB = 1_000_000;

/** Returns the stored form of a file contract. @throws BAD_USER_INPUT if it contradicts itself */
function toFileDocs(files: readonly FileDocInput[], field: string): FileDoc[] {
  if (files.length > MAX_FILES)
    throw new DomainError("BAD_USER_INPUT", `A contract has at most ${MAX_FILES} files.`, ["input", field]);
  const conflict = nameOfFileAndFolder(files.map(({ name }) => name));
  if (conflict !== null)
    throw new DomainError(
      "BAD_USER_INPUT",
      "A file of the contract is the folder of another one: no record can have both.",
      ["input", field, files.findIndex(({ name }) => name === conflict), "name"],
    );
  return files.map(({ name, desc, required, maxMb }, index) => {
    const path = ["input", field, index];
    if (files.findIndex((file) => file.name === name) < index)
      throw new DomainError("BAD_USER_INPUT", "A file of this name stands in the contract already.", [...path, "name"]);
    if (maxMb != null && !(maxMb > 0 && maxMb <= MAX_MB))
      throw new DomainError("BAD_USER_INPUT", `maxMb is above 0 and at most ${MAX_MB}.`, [...path, "maxMb"]);
    return { name, desc: desc ?? null, required, max_mb: maxMb ?? null };
  });
}

/** @throws ALREADY_EXISTS, BAD_USER_INPUT if the file contract contradicts itself. */
export function createModel(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  input: CreateModelInput,
): Promise<Model> {
  return idempotent({ store, work }, intent, async () => {
    const name = input.name ?? generateName();
    const contract = {
      model_files: toFileDocs(input.modelFiles ?? [], "modelFiles"),
      data_files: toFileDocs(input.dataFiles ?? [], "dataFiles"),
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

/** A changed contract binds later publications alone. @throws NOT_FOUND, BAD_USER_INPUT */
export const updateModel = (
  app: Pick<App, "store" | "work">,
  intent: Intent,
  input: UpdateModelInput,
): Promise<Model> =>
  updateRecord(app, intent, "model", [input.name], () => {
    const { modelFiles, dataFiles, retention } = input;
    return {
      ...storedFields(input, ["name", "modelFiles", "dataFiles", "retention"]),
      ...withoutUndefined({
        model_files: modelFiles === undefined ? undefined : toFileDocs(modelFiles ?? [], "modelFiles"),
        data_files: dataFiles === undefined ? undefined : toFileDocs(dataFiles ?? [], "dataFiles"),
        retention: retentionOf(retention),
      }),
    };
  });
