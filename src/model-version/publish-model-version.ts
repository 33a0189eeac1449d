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
import type { Training } from "../training/training.js";
import type { PublishModelVersionInput } from "./model-version.inputs.js";
import type { ModelVersion } from "./model-version.js";
import { provenanceOf } from "./provenance.js";
import { usedAlias, versionByName } from "./versions-by-name.js";

/**
 * Records the manifest; the last file makes the version READY and current.
 * @param training the training that publishes; null if a user does.
 * @throws NOT_FOUND, BAD_USER_INPUT, ALREADY_EXISTS if the name is an alias, CONTRACT_NOT_MET
 */
export async function publishModelVersion(
  app: App,
  intent: Intent,
  input: PublishModelVersionInput,
  training: Training | null = null,
): Promise<ModelVersion> {
  const { store } = app;
  const version = await idempotent(app, intent, async () => {
    const model = await requireCurrent(store.models, "model", [input.model], ["input", "model"]);
    refuseDeleting(model);
    const files = manifestOf(input.files ?? [], input.lightweight);
    if (input.moreFiles) refuseTexts(files);
    else checkContract(model.model_files, files, ["input", "files"]);

    const name = input.name ?? generateName();
    if (input.name) await refuseAlias(store, model.name, input.name);
    const _id = newId("movers");
    const pending = await insertRecord(
      store.modelVersions,
      {
        _id,
        key: keyOf(model.name, name),
        name,
        model: model._id,
        ...(await provenanceOf(app, training, input, model)),
        ...pendingFileFields(input),
        ...(await storeManifest(store, _id, asStoredFiles(files), input.moreFiles)),
        aliases: [],
      },
      intent,
      "pending",
    );
    return recheckParent(pending, store.modelVersions, store.models, model._id, intent);
  });
  // Also in a repeat, which completes what a crash left.
  return (await receiveInline(app, version, manifestOf(input.files ?? [], input.lightweight))) as ModelVersion;
}

/** The version would silently take the place of the aliased one. @throws ALREADY_EXISTS */
async function refuseAlias(store: App["store"], model: string, name: string): Promise<void> {
  const version = await versionByName(store, { model, name });
  if (!version || usedAlias(version, { model, name }) === null) return;
  throw new DomainError(
    "ALREADY_EXISTS",
    `"${name}" is an alias of the version "${version.name}": choose another name, or take the alias from it first.`,
    ["input", "name"],
  );
}
