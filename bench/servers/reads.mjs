// The reads and the write of the works, with the driver: batched, one call a type, projected to what the works answer.
import { keyOf } from "../../dist/graph/id.js";
import { openConnection } from "../../dist/open-connection.js";

const BUILD = Object.fromEntries(
  ["key", "tag", "docker_id", "git_version", "git_dirty", "built_at", "built_from"].map((field) => [field, 1]),
);
const detailsPath = (path) => `details.${path.join(".")}`;
const nested = (path, fields) => Object.fromEntries(Object.keys(fields).map((field) => [`${path}.${field}`, 1]));

const PROJECT = { key: 1, seq: 1, name: 1, model: 1 };
const MODEL = { key: 1, name: 1 };
const BUILD_VERSION = { ...BUILD, seq: 1, proj: 1 };
const DEPLOYMENT = {
  ...{ name: 1, proj: 1, "movers.name": 1, "movers.model.name": 1, "movers.ds.name": 1, "movers.train.name": 1 },
  ...nested("movers.train.bvers", { _id: 1, ...BUILD, "proj._id": 1 }),
};
const TRAINING = { name: 1, notebook: 1 };
const TRAINING_DETAILS = { ...TRAINING, key: 1, seq: 1, details: 1 };

/** Opens the store as Rocas does: a MongoDB, or the embedded store in a worker of this process. */
export async function openDatabase([dataFolder, mongodbUri]) {
  const { connection } = await openConnection({ dataFolder, mongodbUri, databaseName: "rocas" });
  return connection.db;
}

/** @param projected false: whole documents are read */
export function readsOf(db, { projected = true } = {}) {
  // A batch above the limit, so that no call is needed to close the cursor.
  const find = (collection, where, projection, { sort, limit } = {}) =>
    db
      .collection(collection)
      .find(where, { ...(projected && { projection }), ...(sort && { sort }), ...(limit && { limit }) })
      .batchSize((limit ?? 10_000) + 1)
      .toArray();
  const currentByKeys = async (collection, keys, projection) => {
    const found = await find(collection, { key: { $in: keys }, superseded: false }, projection);
    const byKey = new Map();
    for (const each of found) if ((byKey.get(each.key)?.seq ?? 0) < (each.seq ?? 1)) byKey.set(each.key, each);
    return keys.map((key) => byKey.get(key) ?? null);
  };
  const byIds = async (collection, ids, projection) => {
    const found = new Map((await find(collection, { _id: { $in: ids } }, projection)).map((each) => [each._id, each]));
    return ids.map((id) => found.get(id) ?? null);
  };
  return {
    deployments: (limit) => find("deployments", { superseded: false }, DEPLOYMENT, { sort: { _id: -1 }, limit }),
    projects: (ids) => byIds("projects", ids, PROJECT),
    models: (ids) => byIds("models", ids, MODEL),
    buildVersionsByKey: (keys) => currentByKeys("build_versions", keys, BUILD_VERSION),
    projectsByKey: (keys) => currentByKeys("projects", keys, PROJECT),
    trainingsByKey: (keys) => currentByKeys("trainings", keys, TRAINING_DETAILS),
    /** The first trainings by one condition on `details` and one order. @param arguments those of the graph's field */
    bestTrainings({ first, filter, orderBy }) {
      const [{ path, eq }] = filter.details;
      const [{ details, direction }] = orderBy;
      return find("trainings", { superseded: false, [detailsPath(path)]: eq }, TRAINING_DETAILS, {
        sort: { [detailsPath(details)]: direction === "DESC" ? -1 : 1, _id: 1 },
        limit: first,
      });
    },
    /** A page of a project's trainings. One more than the page is read: it tells if there is a next one. */
    async pageOfTrainings(proj, first) {
      const found = await find("trainings", { proj, superseded: false }, TRAINING, {
        ...{ sort: { _id: -1 }, limit: first + 1 },
      });
      return { nodes: found.slice(0, first), pageInfo: { hasNextPage: found.length > first } };
    },
    /** Durable: MongoDB acknowledges it from its journal. */
    describeModel: (name, desc) =>
      db
        .collection("models")
        .findOneAndUpdate(
          { key: keyOf(name), superseded: false },
          { $set: { desc, modified_at: new Date() } },
          { returnDocument: "after", projection: { name: 1, desc: 1 }, writeConcern: { w: "majority", j: true } },
        ),
  };
}

const COMPARED = ["tag", "docker_id", "git_version", "git_dirty", "built_from"];

/** Returns the state of a build version, compared with its snapshot: src/graph/drift.ts says how. */
export function statusOf(snapshot, live) {
  if (!live) return "DELETED";
  if (live._id !== snapshot._id) return "REPLACED";
  const isEqual =
    COMPARED.every((field) => (snapshot[field] ?? null) === (live[field] ?? null)) &&
    snapshot.built_at?.getTime() === live.built_at?.getTime() &&
    snapshot.proj._id === live.proj;
  return isEqual ? "IDENTICAL" : "CHANGED";
}
