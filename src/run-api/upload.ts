import { DomainError, notFound } from "../errors.js";
import { uploadTarget } from "../files/files-of.js";
import { type AnnouncedFile, receiveFile, receiveRest, uploadProgress } from "../files/receive-file.js";
import { patchOffset, uploadHeaders } from "../files/tus.js";
import { contentOf } from "../http/content-of.js";
import { byId } from "../store/current.js";
import { assertWorking } from "./attempt.js";
import { type Call, type Endpoint, HeaderAnswer, IDLE_MS } from "./call.js";

/**
 * The bytes of one file of a version that the attempt's own job publishes: all of them by PUT, the rest by PATCH, as
 * tus 1.0 says. @throws NotGranted, NOT_FOUND, OffsetConflict, UploadBusy, BAD_USER_INPUT
 */
export const upload: Endpoint = async (call) => {
  const announced = await announcedIn(call);
  const { headers, method } = call.request;
  if (headers["content-encoding"]) throw sentAsItIs(announced);
  const isWhole = method === "PUT";
  if (isWhole && headers["content-length"] !== String(announced.size)) throw sentAsItIs(announced);
  if (isWhole) return receiveFile(call.app, announced, contentOf(call.request, IDLE_MS));
  const offset = patchOffset(headers, announced.size);
  const progress = await receiveRest(call.app, announced, contentOf(call.request, IDLE_MS), offset);
  return new HeaderAnswer(uploadHeaders(progress, announced.size));
};

/** Returns the number of bytes that are there. @throws NotGranted, NOT_FOUND */
export const uploadState: Endpoint = async (call) => {
  const announced = await announcedIn(call);
  return new HeaderAnswer(uploadHeaders(await uploadProgress(call.app, announced), announced.size));
};

async function announcedIn({ app, attempt, parts }: Call): Promise<AnnouncedFile> {
  const [id = "", name = ""] = parts;
  assertWorking(attempt);
  const [version] = await byId(app.store.modelVersions, [id]);
  const sought = version?.train?._id === attempt.job._id ? await uploadTarget(app.store, version, name) : null;
  if (!sought) throw notFound("file to upload");
  return { record: id, name, size: sought.file.size, sha256: sought.file.sha256 };
}

const sentAsItIs = ({ name, size }: AnnouncedFile): DomainError =>
  new DomainError("BAD_USER_INPUT", `"${name}" is sent as it is, with a Content-Length of ${size}.`);
