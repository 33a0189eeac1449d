import { Binary, serialize } from "bson";
import { documentValue, elementsOf, type Value } from "../bson/value.js";
import type { Collection } from "../collections/collection.js";
import type { Engine } from "../engine/engine.js";
import { wholeSpace } from "../engine/key-space.js";
import { CommandError } from "../errors/command-error.js";
import { compileCondition } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { drive, PAUSE, type Paused } from "../search/paused.js";
import { batchSizeIn } from "./cursors.js";
import { type Command, plainReply, reply } from "./request.js";

export const create: Command = async (request, { engine, catalog }) => {
  request.allow("autoIndexId");
  const { database, collection: name } = request;
  await engine.write(() => {
    if (catalog.collection(database, name))
      throw new CommandError("NamespaceExists", `Collection ${database}.${name} already exists.`);
    catalog.create(database, name);
  });
  return reply();
};

export const drop: Command = async (request, { engine, catalog, sweepSoon }) => {
  request.allow();
  const { database, collection: name } = request;
  const indexes = await engine.write(() => {
    const collection = catalog.collection(database, name);
    if (!collection) throw new CommandError("NamespaceNotFound", "ns not found");
    catalog.drop(collection);
    return collection.indexes.length;
  });
  sweepSoon();
  return plainReply({ nIndexesWas: indexes, ns: `${database}.${name}` });
};

export const dropDatabase: Command = async (request, { engine, catalog, sweepSoon }) => {
  request.allow();
  const { database } = request;
  const collections = catalog.collections(database);
  if (collections.length > 0)
    await engine.write(() => catalog.collections(database).forEach((each) => catalog.drop(each)));
  sweepSoon();
  return plainReply({ dropped: collections.length > 0 ? database : undefined });
};

export const listCollections: Command = (request, { catalog, cursors }) => {
  request.allow("filter", "nameOnly", "authorizedCollections", "cursor");
  const filter = request.document("filter");
  const matches = filter ? compileCondition(parseFilter(filter)) : () => true;
  const isNameOnly = request.flag("nameOnly");
  const described = catalog.collections(request.database).map((each) => describe(each));
  const chosen = described.filter(matches).map((each) => (isNameOnly ? nameOnly(each) : each));
  const namespace = `${request.database}.$cmd.listCollections`;
  const batchSize = batchSizeIn(request.document("cursor"));
  return cursors.start(given(chosen), { namespace, batchSize, isSingle: false, deadline: request.deadline });
};

function* given(documents: readonly Value[]): Paused<Value> {
  yield* documents;
}

function describe({ name, uuid }: Collection): Value {
  const info = { readOnly: false, uuid: new Binary(uuid, Binary.SUBTYPE_UUID) };
  const idIndex = { v: 2, key: { _id: 1 }, name: "_id_" };
  return documentValue(Buffer.from(serialize({ name, type: "collection", options: {}, info, idIndex })));
}

function nameOnly(description: Value): Value {
  const [name, type] = elementsOf(description);
  const text = (value: Value): string => value.bytes.toString("utf8", value.start + 4, value.end - 1);
  return documentValue(Buffer.from(serialize({ name: text(name!), type: text(type!) })));
}

export const listDatabases: Command = (request, { catalog }) => {
  request.allow("filter", "nameOnly", "authorizedDatabases");
  const filter = request.document("filter");
  const matches = filter ? compileCondition(parseFilter(filter)) : () => true;
  const isNameOnly = request.flag("nameOnly");
  const databases = catalog
    .databaseNames()
    .map((name) => (isNameOnly ? { name } : { name, sizeOnDisk: 0, empty: false }));
  const chosen = databases.filter((each) => matches(documentValue(Buffer.from(serialize(each)))));
  return plainReply({ databases: chosen, ...(!isNameOnly && { totalSize: 0, totalSizeMb: 0 }) });
};

const BREATH = 128;

/** The number of documents of a collection and their bytes: a part of what MongoDB says. */
export const collStats: Command = async (request, { engine, catalog }) => {
  request.allow();
  const { database, collection: name } = request;
  const collection = catalog.collection(database, name);
  let [count, size] = [0, 0];
  const add = (bytes: number): boolean => {
    count += 1;
    size += bytes;
    return true;
  };
  if (collection) await drive(sizesIn(engine, collection.space), add, request.deadline);
  return plainReply({ ns: `${database}.${name}`, count, size });
};

function* sizesIn(engine: Engine, space: number): Paused<number> {
  let seen = 0;
  for (const { value } of engine.entries(wholeSpace(space), false, true)) {
    yield value!.end - value!.start;
    seen += 1;
    if (seen % BREATH === 0) yield PAUSE;
  }
}
