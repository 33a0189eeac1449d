import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { manifestHash, sortedByName } from "../files/file-lists.js";
import { missingFilesOf } from "../files/files-of.js";
import { MAX_FILES, tooManyFiles } from "../files/manifest.js";
import { keyOf } from "../graph/id.js";
import { FilesState, type StoredFile } from "../graph/stored-file.js";
import { readJson } from "../http/request-body.js";
import type { PublishModelVersionInput } from "../model-version/model-version.inputs.js";
import type { ModelVersion } from "../model-version/model-version.js";
import { provenanceOf } from "../model-version/provenance.js";
import { publishModelVersion } from "../model-version/publish-model-version.js";
import type { Model } from "../model/model.js";
import { asFileName, asName, asSha256 } from "../names.js";
import { findByIds } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import type { Training } from "../training/training.js";
import { MIB } from "../units.js";
import { type Assignment, assignmentOf } from "./assignment.js";
import { assertRunning, type Attempt } from "./attempt.js";
import {
  booleanField,
  type Fields,
  fieldsOf,
  integerField,
  listField,
  objectField,
  requiredField,
  textField,
} from "./body-fields.js";
import type { ContainerCall, Endpoint } from "./call.js";

/** It holds as many files as a record may have, with long names. */
const MAX_BODY_BYTES = 16 * MIB;
const FIELDS = ["name", "model", "details", "ds", "pretrained", "lightweight", "compressed", "files"];

/**
 * Publishes a version of a model of the project.
 *
 * The same request again returns the same version. With other details or files, it makes a version that replaces it.
 * @throws NotGranted, BAD_USER_INPUT, NOT_FOUND, CONTRACT_NOT_MET; the notebook shows the message
 */
export const publish: Endpoint = async (call) => {
  const body = fieldsOf(await readJson(call.request, { maxBodyBytes: MAX_BODY_BYTES }), FIELDS);
  assertRunning(call.attempt);
  const assignment = await assignmentOf(call.app.store, call.attempt.job);
  if (assignment.kind !== "train") throw new DomainError("BAD_USER_INPUT", "Only a training publishes versions.");
  const model = await modelToPublish(call.app.store, assignment, textField(body, "model"));
  return answerOf(call.app.store, model, await versionFor(call, assignment, model, body));
};

async function versionFor(
  { app, attempt }: ContainerCall,
  assignment: Extract<Assignment, { kind: "train" }>,
  model: Model,
  body: Fields,
): Promise<ModelVersion> {
  const named = textField(body, "name");
  const name = named === null ? null : asName(named);
  const offered = listField(body, "files", Number.MAX_SAFE_INTEGER);
  // Counted first, since checking very many names takes long.
  if (offered.length > MAX_FILES) throw tooManyFiles(offered.length);
  const files = offered.map(fileOf);
  const input = {
    model: model.name,
    name,
    ds: referenceField(body, "ds"),
    pretrained: referenceField(body, "pretrained"),
    details: objectField(body, "details"),
    compressed: booleanField(body, "compressed") ?? false,
    lightweight: booleanField(body, "lightweight") ?? false,
    files,
    moreFiles: false,
  };
  const last = name && (await lastPublished(app.store, attempt, model, name));
  if (last && isRepeat(last, files, await requestedFieldsOf(app, assignment.training, model, input))) return last;
  const hash = createHash("sha256").update(JSON.stringify(input)).digest("hex");
  const intent = {
    caller: { name: assignment.training._id },
    mutation: "publish",
    input,
    // An answer may get lost, and the attempt then repeats its request.
    idempotencyKey: `${attempt.slot.attempt}/${last ? last._id : ""}/${hash}`,
  };
  const version = await publishModelVersion(app, intent, input, assignment.training);
  await app.work.relay(version._id);
  return version;
}

async function requestedFieldsOf(
  app: App,
  training: Training,
  model: Model,
  input: PublishModelVersionInput,
): Promise<VersionFields> {
  const { ds, pretrained } = await provenanceOf(app, training, input, model);
  const { details, compressed, lightweight } = input;
  return { details: details ?? {}, compressed, lightweight, ds: ds?._id ?? null, pretrained: pretrained?._id ?? null };
}

/** Returns the named model, or the only one of the project. */
async function modelToPublish({ models }: Store, { proj }: Assignment, name: string | null): Promise<Model> {
  const all = await findByIds(models, proj.model);
  const fitting = name === null ? all : all.filter((model) => model.name === name);
  const [only, ...others] = fitting;
  if (only && others.length === 0) return only;
  const choices = all.map((model) => `"${model.name}"`).join(", ") || "none";
  throw new DomainError(
    "BAD_USER_INPUT",
    `${name === null ? "Name the model to publish for" : `The project has no model of that name`}: the project's models are ${choices}.`,
    ["model"],
  );
}

function fileOf(value: unknown): StoredFile {
  const fields = fieldsOf(value, ["name", "size", "sha256"], "files");
  const name = requiredField(textField(fields, "name"), "name");
  return {
    // The message names the file, since there may be thousands.
    name: asFileName(name, `The file name ${JSON.stringify(name.slice(0, 300))}`),
    size: requiredField(integerField(fields, "size", 0, Number.MAX_SAFE_INTEGER), "size"),
    sha256: asSha256(requiredField(textField(fields, "sha256"), "sha256")),
  };
}

/** Undefined if it is left out: the server then chooses. Null: none. */
function referenceField(body: Fields, name: string): { model: string; name: string } | null | undefined {
  const value = body[name];
  if (value === undefined || value === null) return value;
  const fields = fieldsOf(value, ["model", "name"], name);
  return {
    model: requiredField(textField(fields, "model"), `${name}.model`),
    name: requiredField(textField(fields, "name"), `${name}.name`),
  };
}

async function answerOf(store: Store, model: Model, version: ModelVersion) {
  const { _id, name, state } = version;
  const missing = state === FilesState.READY ? [] : await missingFilesOf(store, version);
  const uploads = missing.map((file) => ({ name: file.name, url: `/uploads/${_id}/${encodeURIComponent(file.name)}` }));
  return { id: _id, model: model.name, name, state, uploads };
}

const hashOf = (files: readonly StoredFile[]): string => manifestHash(sortedByName(files));

/** The fields of a version, without its name and files. */
type VersionFields = Pick<ModelVersion, "details" | "compressed" | "lightweight"> & {
  readonly ds: string | null;
  readonly pretrained: string | null;
};

const publishedFieldsOf = ({ details, compressed, lightweight, ds, pretrained }: ModelVersion): VersionFields => ({
  details,
  compressed,
  lightweight,
  ds: ds?._id ?? null,
  pretrained: pretrained?._id ?? null,
});

/** Returns the version that this attempt last published under the name, or null. */
async function lastPublished(
  { modelVersions }: Pick<Store, "modelVersions">,
  { job, slot }: Attempt,
  model: Model,
  name: string,
): Promise<ModelVersion | null> {
  const found = (await modelVersions
    .find({ "train._id": trusted({ $eq: job._id }), deleted: trusted({ $ne: true }) })
    .sort({ _id: 1 })
    .lean()) as ModelVersion[];
  const since = slot.claimed_at ?? new Date(NaN);
  return found.filter(({ key, created_at }) => key === keyOf(model.name, name) && created_at >= since).at(-1) ?? null;
}

/** True if the request repeats that of the version: files, details and origin. */
const isRepeat = (version: ModelVersion, files: readonly StoredFile[], fields: VersionFields): boolean =>
  (version.manifest?.sha256 ?? hashOf(version.files)) === hashOf(files) &&
  isDeepStrictEqual(publishedFieldsOf(version), fields);
