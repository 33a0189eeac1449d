import { DomainError, notFound } from "../errors.js";
import { uploadTarget } from "../files/files-of.js";
import { openFile } from "../files/open-file.js";
import { type AnnouncedFile, receiveFile, receiveRest, uploadProgress } from "../files/receive-file.js";
import { patchOffset, uploadHeaders } from "../files/tus.js";
import { keyOf } from "../graph/id.js";
import { FilesState } from "../graph/stored-file.js";
import { bodyStream } from "../http/request-body.js";
import { usedAlias, versionByName } from "../model-version/versions-by-name.js";
import { findByIds, findCurrent } from "../store/read-records.js";
import { type Assignment, assignmentOf } from "./assignment.js";
import { assertRunning } from "./attempt.js";
import { type ContainerCall, type Endpoint, FileAnswer, HeaderAnswer, IDLE_MS } from "./call.js";
import { datasetsOf, isLazy, mountedManifest, versionsOf } from "./mounted.js";

const among = (snapshots: readonly { readonly _id: string }[], id: string) => snapshots.some(({ _id }) => _id === id);

/** Returns a record that the job mounts, or that a lazy one may fetch. Others do not exist for it. */
async function recordFor({ app }: ContainerCall, assignment: Assignment, id: string) {
  if (among(datasetsOf(assignment), id)) return (await findByIds(app.store.datasets, [id]))[0];
  const lazy = isLazy(assignment);
  if (!lazy && !among(versionsOf(assignment), id)) return undefined;
  const [version] = await findByIds(app.store.modelVersions, [id]);
  return version && (!lazy || assignment.proj.model.includes(version.model)) ? version : undefined;
}

/** Streams one file of a mounted record. @throws NotGranted, NOT_FOUND */
export const fetchFile: Endpoint = async (call) => {
  const [id = "", name = ""] = call.parts;
  assertRunning(call.attempt);
  const record = await recordFor(call, await assignmentOf(call.app.store, call.attempt.job), id);
  if (record?.state !== FilesState.READY) throw notFound("file");
  return new FileAnswer({ ...(await openFile(call.app, record, name)), name });
};

/** Returns the current version of a name or an alias, for lazy serving. @throws NotGranted, NOT_FOUND */
export const lazyVersion: Endpoint = async ({ app, attempt, parts }) => {
  const [modelName = "", name = ""] = parts;
  assertRunning(attempt);
  const assignment = await assignmentOf(app.store, attempt.job);
  const model = await findCurrent(app.store.models, keyOf(modelName));
  const version =
    isLazy(assignment) && model && assignment.proj.model.includes(model._id)
      ? await versionByName(app.store, { model: modelName, name })
      : null;
  if (!version) throw notFound("model version");
  return {
    ...(await mountedManifest(app.store, version, modelName)),
    alias: usedAlias(version, { model: modelName, name }),
  };
};

/**
 * Receives a file of a version that the job publishes: whole by PUT, the rest by PATCH (tus 1.0).
 * @throws NotGranted, NOT_FOUND, OffsetConflict, UploadBusy, BAD_USER_INPUT
 */
export const upload: Endpoint = async (call) => {
  const announced = await announcedIn(call);
  const { headers, method } = call.request;
  if (headers["content-encoding"]) throw sentAsItIs(announced);
  const isWhole = method === "PUT";
  if (isWhole && headers["content-length"] !== String(announced.size)) throw sentAsItIs(announced);
  if (isWhole) return receiveFile(call.app, announced, bodyStream(call.request, IDLE_MS));
  const offset = patchOffset(headers, announced.size);
  const progress = await receiveRest(call.app, announced, bodyStream(call.request, IDLE_MS), offset);
  return new HeaderAnswer(uploadHeaders(progress, announced.size));
};

/** Returns the bytes received so far. @throws NotGranted, NOT_FOUND */
export const uploadState: Endpoint = async (call) => {
  const announced = await announcedIn(call);
  return new HeaderAnswer(uploadHeaders(await uploadProgress(call.app, announced), announced.size));
};

async function announcedIn({ app, attempt, parts }: ContainerCall): Promise<AnnouncedFile> {
  const [id = "", name = ""] = parts;
  assertRunning(attempt);
  const [version] = await findByIds(app.store.modelVersions, [id]);
  const sought = version?.train?._id === attempt.job._id ? await uploadTarget(app.store, version, name) : null;
  if (!sought) throw notFound("file to upload");
  return { record: id, name, size: sought.file.size, sha256: sought.file.sha256 };
}

const sentAsItIs = ({ name, size }: AnnouncedFile): DomainError =>
  new DomainError("BAD_USER_INPUT", `"${name}" is sent as it is, with a Content-Length of ${size}.`);
