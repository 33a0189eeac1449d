import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { checkContract } from "../files/file-contract.js";
import { asStoredFiles } from "../files/file-lists.js";
import { pendingFileFields } from "../files/file-record.js";
import { storeManifest } from "../files/files-of.js";
import { manifestOf, refuseTexts } from "../files/manifest.js";
import { receiveInline } from "../files/receive-file.js";
import { generateName } from "../graph/generate-name.js";
import { keyOf, newId } from "../graph/id.js";
import { idempotent, type Intent } from "../store/idempotency.js";
import { insertRecord } from "../store/insert-record.js";
import { requireCurrent } from "../store/read-records.js";
import { recheckParent, refuseDeleting } from "../store/recheck-parents.js";
import type { CreateDatasetInput } from "./dataset.inputs.js";
import type { Dataset } from "./dataset.js";

/**
 * Records the manifest; the last file makes the dataset READY and current.
 * @throws NOT_FOUND, BAD_USER_INPUT, CONTRACT_NOT_MET
 */
export async function createDataset(app: App, intent: Intent, input: CreateDatasetInput): Promise<Dataset> {
  const { store } = app;
  const dataset = await idempotent(app, intent, async () => {
    const model = await requireCurrent(store.models, "model", [input.model], ["input", "model"]);
    refuseDeleting(model);
    const files = manifestOf(input.files ?? [], input.lightweight);
    if (input.moreFiles) refuseTexts(files);
    else if (input.stored) checkContract(model.data_files, files, ["input", "files"]);
    if (!input.stored && (files.length > 0 || input.moreFiles))
      throw new DomainError("BAD_USER_INPUT", "A dataset that is not stored has no files here.", ["input", "files"]);

    const name = input.name ?? generateName();
    const _id = newId("dataset");
    const pending = await insertRecord(
      store.datasets,
      {
        _id,
        key: keyOf(model.name, name),
        name,
        model: model._id,
        stored: input.stored,
        ...pendingFileFields(input),
        ...(await storeManifest(store, _id, asStoredFiles(files), input.moreFiles)),
      },
      intent,
      "pending",
    );
    return recheckParent(pending, store.datasets, store.models, model._id, intent);
  });
  // Also in a repeat, which completes what a crash left.
  return (await receiveInline(app, dataset, manifestOf(input.files ?? [], input.lightweight))) as Dataset;
}
