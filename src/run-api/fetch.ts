import { notFound } from "../errors.js";
import { openFile } from "../files/open-file.js";
import { FilesState } from "../graph/stored-file.js";
import { aliasAsked, versionByName } from "../model-version/versions-by-name.js";
import { byId, currentOf } from "../store/current.js";
import { keyOf } from "../store/key-of.js";
import { type Assignment, assignmentOf } from "./assignment.js";
import { assertWorking } from "./attempt.js";
import { type Call, type Endpoint, FileAnswer } from "./call.js";
import { datasetsOf, isLazy, mountedManifest, versionsOf } from "./mounted.js";

const among = (snapshots: readonly { readonly _id: string }[], id: string) => snapshots.some(({ _id }) => _id === id);

/** Only what the container's own job mounts, or what a lazy one may ask for; anything else does not exist for it. */
async function recordFor({ app }: Call, assignment: Assignment, id: string) {
  if (among(datasetsOf(assignment), id)) return (await byId(app.store.datasets, [id]))[0];
  const lazy = isLazy(assignment);
  if (!lazy && !among(versionsOf(assignment), id)) return undefined;
  const [version] = await byId(app.store.modelVersions, [id]);
  return version && (!lazy || assignment.proj.model.includes(version.model)) ? version : undefined;
}

/** One plain file of a mounted record, streamed. @throws NotGranted, NOT_FOUND */
export const fetchFile: Endpoint = async (call) => {
  const [id = "", name = ""] = call.parts;
  assertWorking(call.attempt);
  const record = await recordFor(call, await assignmentOf(call.app.store, call.attempt.job), id);
  if (record?.state !== FilesState.READY) throw notFound("file");
  return new FileAnswer({ ...(await openFile(call.app, record, name)), name });
};

/** The version that is current under a name or an alias, for a deployment that fetches on demand. @throws NotGranted, NOT_FOUND */
export const lazyVersion: Endpoint = async ({ app, attempt, parts }) => {
  const [modelName = "", name = ""] = parts;
  assertWorking(attempt);
  const assignment = await assignmentOf(app.store, attempt.job);
  const model = await currentOf(app.store.models, keyOf(modelName));
  const version =
    isLazy(assignment) && model && assignment.proj.model.includes(model._id)
      ? await versionByName(app.store, { model: modelName, name })
      : null;
  if (!version) throw notFound("model version");
  return {
    ...(await mountedManifest(app.store, version, modelName)),
    alias: aliasAsked(version, { model: modelName, name }),
  };
};
