import { PassThrough, type Readable } from "node:stream";
import type { IncomingMessage } from "node:http";
import { DomainError, notFound } from "../errors.js";
import { receiveFile } from "../files/receive-file.js";
import { FilesState } from "../graph/stored-file.js";
import { byId } from "../store/current.js";
import { assertWorking } from "./attempt.js";
import type { Endpoint } from "./call.js";

/** The bytes of one file of a version that the attempt's own job publishes. @throws NotGranted, NOT_FOUND, BAD_USER_INPUT */
export const upload: Endpoint = async ({ app, attempt, request, parts }) => {
  const [id = "", name = ""] = parts;
  assertWorking(attempt);
  const [version] = await byId(app.store.modelVersions, [id]);
  const file = version?.train?._id === attempt.job._id ? version.files.find((each) => each.name === name) : undefined;
  if (!version || !file) throw notFound("file to upload");
  if (request.headers["content-encoding"] || request.headers["content-length"] !== String(file.size))
    throw new DomainError("BAD_USER_INPUT", `"${name}" is sent as it is, with a Content-Length of ${file.size}.`);
  // The answer to the upload that completed it may have been lost on its way.
  if (version.state === FilesState.READY) {
    request.resume();
    return { state: version.state };
  }
  const { state } = await receiveFile(
    app,
    { record: id, name, size: file.size, sha256: file.sha256 },
    contentOf(request),
  );
  return { state };
};

// The request itself is not handed on: whoever destroys it on a failure would cut the connection, and with it the answer.
function contentOf(request: IncomingMessage): Readable {
  const content = new PassThrough();
  content.on("error", () => undefined);
  const broken = () => content.destroy(new DomainError("BAD_USER_INPUT", "The connection broke off."));
  request.once("error", broken);
  request.once("close", () => request.complete || broken());
  return request.pipe(content);
}
