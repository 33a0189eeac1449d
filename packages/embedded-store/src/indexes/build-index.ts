import type { Catalog } from "../engine/catalog.js";
import type { Collection } from "../engine/collection.js";
import type { Engine } from "../engine/engine.js";
import { documentKey, recordOfDocumentKey, wholeSpace } from "../engine/key-space.js";
import type { IndexDefinition } from "./index-definition.js";

const PORTION = 512;

/**
 * Gives every document its entries, portion by portion, while writes go on; only then is the index read from.
 * A crash in between leaves an index that is not ready: the next start drops it.
 * @throws CommandError for documents that the index does not allow.
 */
export async function buildIndex(
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

/** @returns where the next portion begins, or undefined at the end. */
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
