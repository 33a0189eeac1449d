import { documentValue, elementsOf, ElementType, sameBytes, stringOf, type Value } from "../bson/value.js";
import type { Catalog } from "../collections/catalog.js";
import { type Collection, keyPatternOf } from "../collections/collection.js";
import type { Engine } from "../engine/engine.js";
import { documentKey, recordOfDocumentKey, wholeSpace } from "../engine/key-space.js";
import { CommandError } from "../errors/command-error.js";
import type { IndexDefinition } from "../indexes/index-definition.js";
import { type ParsedIndex, parseIndex } from "../indexes/parse-index.js";
import type { Paused } from "../search/paused.js";
import { batchSizeIn } from "./cursors.js";
import { type Command, reply } from "./request.js";

const MOST_INDEXES = 64;

export const createIndexes: Command = async (request, { engine, catalog, sweepSoon }) => {
  request.allow("indexes", "commitQuorum", "ignoreUnknownIndexOptions");
  const { database, collection: name } = request;
  const wanted = request.list("indexes").map(parseIndex);
  const known = catalog.collection(database, name);
  // No transaction for nothing: every start asks for all indexes, also on a full disk.
  if (known && wanted.every((each) => isThere(known, each)))
    return indexReply({ existed: true, before: known.indexes.length, after: known.indexes.length });
  const begun = await engine.write(() => {
    const existed = catalog.collection(database, name) !== undefined;
    const collection = catalog.orCreate(database, name);
    const before = collection.indexes.length;
    const missing = wanted.filter((each) => !isThere(collection, each));
    if (before + missing.length > MOST_INDEXES)
      throw new CommandError("CannotCreateIndex", `add index fails, too many indexes for ${collection.namespace}`);
    return { existed, collection, before, added: missing.map((each) => catalog.addIndex(collection, each)) };
  });
  const { collection, added } = begun;
  for (const index of added) {
    try {
      await buildIndex(engine, catalog, collection, index);
    } catch (error) {
      await engine.write(() =>
        added.filter((each) => !each.isReady || each === index).forEach((each) => catalog.dropIndex(collection, each)),
      );
      sweepSoon();
      throw error;
    }
  }
  return indexReply({ existed: begun.existed, before: begun.before, after: collection.indexes.length });
};

const indexReply = ({ existed, before, after }: { existed: boolean; before: number; after: number }) =>
  reply((writer) => {
    writer.int32("numIndexesBefore", before);
    writer.int32("numIndexesAfter", after);
    writer.bool("createdCollectionAutomatically", !existed);
    if (before === after) writer.string("note", "all indexes already exist");
  });

/** @throws CommandError if an index of that name or key is another one. */
function isThere(collection: Collection, wanted: ParsedIndex): boolean {
  const key = keyOf(wanted.specification);
  const named = collection.indexes.find(({ name }) => name === wanted.name);
  const alike = collection.indexes.find((index) => sameBytes(keyPatternOf(index), key) && isSameFilter(index, wanted));
  if (named && (named.name === "_id_" || named.specification.equals(wanted.specification))) return true;
  if (named && !sameBytes(keyPatternOf(named), key)) {
    throw new CommandError(
      "IndexKeySpecsConflict",
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index name: ${wanted.name}`,
    );
  }
  if (named)
    throw new CommandError(
      "IndexKeySpecsConflict",
      `An existing index has the same name as the requested index. Requested index name: ${wanted.name}`,
    );
  if (alike)
    throw new CommandError("IndexOptionsConflict", `Index already exists with a different name: ${alike.name}`);
  return false;
}

const isSameFilter = ({ options: { partial } }: IndexDefinition, { options }: ParsedIndex): boolean =>
  partial && options.partial ? sameBytes(partial.filter, options.partial.filter) : partial === options.partial;

function keyOf(specification: Buffer): Value {
  return keyPatternOf({ specification } as IndexDefinition);
}

export const dropIndexes: Command = async (request, { engine, catalog, sweepSoon }) => {
  request.allow("index");
  const { database, collection: name } = request;
  const collection = catalog.collection(database, name);
  if (!collection) throw new CommandError("NamespaceNotFound", `ns not found ${database}.${name}`);
  const which = request.fields.get("index");
  if (!which)
    throw new CommandError("FailedToParse", "BSON field 'dropIndexes.index' is missing but a required field", 40414);
  const before = collection.indexes.length;
  const dropped = chosen(collection, which);
  await engine.write(() => dropped.forEach((index) => catalog.dropIndex(collection, index)));
  sweepSoon();
  return reply((writer) => {
    writer.int32("nIndexesWas", before);
    if (which.type === ElementType.STRING && stringOf(which) === "*")
      writer.string("msg", "non-_id indexes dropped for collection");
  });
};

function chosen(collection: Collection, which: Value): IndexDefinition[] {
  if (which.isArray) return elementsOf(which).flatMap((each) => chosen(collection, each));
  if (which.type === ElementType.STRING && stringOf(which) === "*") return collection.indexes.slice(1);
  const found = collection.indexes.find((index) =>
    which.isObject ? sameBytes(keyPatternOf(index), which) : index.name === stringOf(which),
  );
  if (!found)
    throw new CommandError(
      "IndexNotFound",
      `index not found with name [${which.isObject ? "by key" : stringOf(which)}]`,
    );
  if (found.name === "_id_") throw new CommandError("InvalidOptions", "cannot drop _id index");
  return [found];
}

export const listIndexes: Command = (request, { catalog, cursors }) => {
  request.allow("cursor", "includeIndexBuildInfo");
  const { database, collection: name } = request;
  const collection = catalog.collection(database, name);
  if (!collection) throw new CommandError("NamespaceNotFound", `ns does not exist: ${database}.${name}`);
  const namespace = `${database}.${name}`;
  const batchSize = batchSizeIn(request.document("cursor"));
  return cursors.start(specifications(collection), {
    namespace,
    batchSize,
    isSingle: false,
    deadline: request.deadline,
  });
};

function* specifications({ indexes }: Collection): Paused<Value> {
  for (const { isReady, specification } of indexes) if (isReady) yield documentValue(specification);
}

const PORTION = 512;

/**
 * Gives every document its entries, portion by portion, while writes go on; only then is the index read from.
 * A crash in between leaves an index that is not ready: the next start drops it.
 * @throws CommandError for documents that the index does not allow.
 */
async function buildIndex(
  engine: Engine,
  catalog: Catalog,
  collection: Collection,
  index: IndexDefinition,
): Promise<void> {
  let next: number | undefined = 0;
  while (next !== undefined) {
    const from: number = next;
    next = await engine.write(() => buildPortion(engine, collection, index, from));
  }
  await engine.write(() => {
    index.isBuilt = true;
    catalog.save(collection);
  });
  index.isReady = true;
}

/** @returns the record at which the next portion begins, or undefined at the end. */
function buildPortion(
  engine: Engine,
  collection: Collection,
  index: IndexDefinition,
  from: number,
): number | undefined {
  const range = { lower: documentKey(collection.space, from), upper: wholeSpace(collection.space).upper };
  let count = 0;
  for (const { key, value } of engine.entries(range, false, true)) {
    const record = recordOfDocumentKey(key);
    if (count === PORTION) return record;
    collection.indexExisting(index, record, value!);
    count += 1;
  }
  return undefined;
}
