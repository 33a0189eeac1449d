import type { mongo } from "mongoose";
import { Binary, Code, Decimal128, Double, Long, MinKey, ObjectId, Timestamp, UUID } from "bson";
import type { SeededRandom } from "../../../packages/embedded-store/test/support/seeded-random.js";
import { type Kind, KINDS, newId } from "../../../src/graph/id.js";
import type { TestApp } from "../../support/open-test-app.js";

type Stored = Record<string, unknown>;
type Collection = mongo.Collection;

const COPIES = 3;
/** They decide where a record is found. */
const NEEDED = new Set(["_id", "superseded"]);

/** Values of all types that a store can hold, few of which a record has. */
const ODD: readonly unknown[] = [
  ...[null, undefined, "", "nowhere", "IDENTICAL", '"\\\u0000\ud83c\udf3c', true, false, 0, -1, 7, 2 ** 31],
  ...[new Double(1), new Double(0.5), new Double(-0), Number.NaN, Infinity, -Infinity, 1e300],
  ...[Long.fromNumber(5), Long.fromString("9007199254740993"), Decimal128.fromString("1.5")],
  ...[new Date(0), new Date(-1e15), new Date(8.64e15), new ObjectId("65f0c0ffee65f0c0ffee65f0")],
  ...[new Binary(Buffer.from("xx")), /a+/i, new Timestamp({ t: 1, i: 2 }), [], {}, [null], ["x", 1, null], [[]]],
  ...[{ x: 1 }, [{ x: 1 }], [{}, null, 3], { b: 1, "2": 2, a: 3, "1": 4 }, { then: 1 }, { toJSON: 1 }],
  ...[
    new Map<string, unknown>([
      ["b", 1],
      ["2", 2],
      ["a", { c: 3 }],
      ["1", 4],
    ]),
    new Map([
      ["__proto__", 1],
      ["", 2],
    ]),
  ],
  ...[new MinKey(), new Code("x"), new UUID("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa")],
];

/**
 * Values for the place of a document or of a list of them. A store drops all others when it is asked for fields of them,
 * so that an executor that reads whole records may answer otherwise.
 */
const ODD_PARTS: readonly unknown[] = [null, [], {}, { x: 1 }, [{ x: 1 }], [{ x: 1 }, {}]];
const FREE = new Set(["details", "params"]);

/** Adds copies of all records, with odd values in random places. They are found by id alone. */
export function damageCopies(app: TestApp, random: SeededRandom): Promise<void> {
  return forEachRecord(app, async (collection, record, kind) => {
    const copies = Array.from({ length: COPIES }, () => {
      const _id = newId(kind);
      const { used_keys: _, outbox: __, ...others } = structuredClone(record);
      const copy = { ...others, _id, superseded: true };
      return Object.assign(damaged(copy, random, 1 + random.below(3)), { key: `${String(record["key"])}-${_id}` });
    });
    await collection.insertMany(copies as never[]);
  });
}

/** Puts an odd value into some of the records themselves. */
export function damageSome(app: TestApp, random: SeededRandom, percent: number): Promise<void> {
  return forEachRecord(app, async (collection, record) => {
    if (random.chance(percent))
      await collection.replaceOne({ _id: record["_id"] as never }, damaged(structuredClone(record), random, 1));
  });
}

async function forEachRecord(
  { app }: TestApp,
  act: (collection: Collection, record: Stored, kind: Kind) => Promise<void>,
): Promise<void> {
  for (const kind of KINDS) {
    const collection = app.store.byKind[kind].collection as unknown as Collection;
    for (const record of await collection.find({}).toArray()) await act(collection, record as Stored, kind);
  }
}

function damaged(record: Stored, random: SeededRandom, count: number): Stored {
  for (let done = 0; done < count; done += 1) damageOnePlace(record, random);
  return record;
}

function damageOnePlace(record: Stored, random: SeededRandom): void {
  let [parent, isFree] = [record, false];
  for (;;) {
    const names = Object.keys(parent).filter((name) => parent !== record || !NEEDED.has(name));
    if (names.length === 0) return;
    const name = random.pick(names);
    const value = parent[name];
    if (isPlain(value) && Object.keys(value).length > 0 && random.chance(75)) {
      [parent, isFree] = [value, isFree || FREE.has(name)];
      continue;
    }
    const mayBePart = value === null || (isPlain(value) && !FREE.has(name));
    if (random.chance(25) && !Array.isArray(parent)) Reflect.deleteProperty(parent, name);
    else parent[name] = random.pick(mayBePart && !isFree ? ODD_PARTS : ODD);
    return;
  }
}

const isPlain = (value: unknown): value is Stored =>
  typeof value === "object" &&
  value !== null &&
  (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
