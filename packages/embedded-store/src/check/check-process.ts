import { join } from "node:path";
import { validateDocument } from "../bson/validate-document.js";
import { documentValue, type Value } from "../bson/value.js";
import { Catalog } from "../collections/catalog.js";
import type { Collection } from "../collections/collection.js";
import { Engine } from "../engine/engine.js";
import { entryKey, recordOfDocumentKey, wholeSpace } from "../engine/key-space.js";
import { checkFile } from "../engine/store-file.js";

export interface StoreReport {
  readonly collections: number;
  readonly documents: number;
  /** The damage, in sentences; empty for a store that is whole. */
  readonly damage: readonly string[];
}

const MAX_DAMAGE = 20;

/**
 * Reads a store that nobody serves: every document and every index entry, or the ends of each collection and index
 * alone. Damage to the file may end the process by a signal: call it in a process of its own.
 * @param folder with data.mdb in it
 * @throws an Error if the file cannot be read at all
 */
async function checkStore(folder: string, how: "WHOLE" | "ENDS"): Promise<StoreReport> {
  checkFile(join(folder, "data.mdb"));
  const engine = Engine.open(folder, () => undefined);
  try {
    const catalog = new Catalog(engine);
    catalog.refuseOther();
    catalog.load();
    const all = catalog.databaseNames().flatMap((database) => catalog.collections(database));
    const damage: string[] = [];
    let documents = 0;
    for (const collection of all) {
      if (how === "WHOLE") documents += checkWhole(engine, collection, damage);
      else checkEnds(engine, collection, damage);
    }
    return { collections: all.length, documents, damage: damage.slice(0, MAX_DAMAGE) };
  } finally {
    await engine.close();
  }
}

/** The first and the last of each key space: what a start would meet soon. */
function checkEnds(engine: Engine, collection: Collection, damage: string[]): void {
  for (const reverse of [false, true]) {
    for (const { key, value } of engine.entries(wholeSpace(collection.space), reverse, true)) {
      if (!isDocument(bytesOf(value!))) damage.push(`${collection.namespace}: ${named(key)} is no document`);
      break;
    }
    for (const { space } of collection.indexes)
      for (const entry of engine.entries(wholeSpace(space), reverse, true)) {
        void entry;
        break;
      }
  }
}

/** @returns how many documents there are. */
function checkWhole(engine: Engine, collection: Collection, damage: string[]): number {
  const indexes = collection.indexes.filter(({ isBuilt }) => isBuilt);
  const expected = indexes.map(() => 0);
  let documents = 0;
  for (const { key, value } of engine.entries(wholeSpace(collection.space), false, true)) {
    documents += 1;
    const bytes = bytesOf(value!);
    if (!isDocument(bytes)) {
      damage.push(`${collection.namespace}: ${named(key)} is no document`);
      continue;
    }
    const document = documentValue(bytes);
    indexes.forEach((index, at) => {
      const entries = [...index.entriesOf(document).keys.values()];
      expected[at]! += entries.length;
      const missing = entries.some(
        (entry) => engine.bytes(entryKey(index, entry.key, recordOfDocumentKey(key))) === undefined,
      );
      if (missing) damage.push(`${collection.namespace}: ${named(key)} is not in the index ${index.name}`);
    });
  }
  indexes.forEach((index, at) => {
    const count = engine.count(wholeSpace(index.space));
    if (count !== expected[at])
      damage.push(`${collection.namespace}: the index ${index.name} has ${count} entries where ${expected[at]} belong`);
  });
  return documents;
}

const bytesOf = ({ bytes, start, end }: Value): Buffer => Buffer.from(bytes.subarray(start, end));

function isDocument(bytes: Buffer): boolean {
  try {
    return validateDocument(bytes, 0, bytes.length) === bytes.length;
  } catch {
    return false;
  }
}

const named = (key: Buffer): string => `document ${recordOfDocumentKey(key)}`;

// A process of its own, since reading a damaged file may end it: `check-process.js FOLDER WHOLE|ENDS` prints a report.
const [, , folder = "", how] = process.argv;
try {
  const report = await checkStore(folder, how === "WHOLE" ? "WHOLE" : "ENDS");
  process.stdout.write(JSON.stringify(report));
} catch (error) {
  process.stdout.write(JSON.stringify({ collections: 0, documents: 0, damage: [(error as Error).message] }));
}
