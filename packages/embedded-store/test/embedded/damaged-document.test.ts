import { join } from "node:path";
import { expect, test } from "vitest";
import { Engine } from "../../src/engine/engine.js";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

interface Thing {
  readonly _id: number;
  readonly [field: string]: unknown;
}

const MARK = Buffer.from("field\0");

/** Changes a stored document behind the store's back: `change` is given its bytes and the place behind a field's name. */
async function damage(data: string, change: (bytes: Buffer, at: number) => void): Promise<void> {
  const engine = Engine.open(join(data, "store"), () => undefined);
  const everything = { lower: Buffer.from([0]), upper: Buffer.from([0xff]) };
  const { key, value } = [...engine.entries(everything, false, true)].find((each) => each.value!.bytes.includes(MARK))!;
  const bytes = Buffer.from(value!.bytes);
  change(bytes, bytes.indexOf(MARK) + MARK.length);
  await engine.write(() => engine.put(key, bytes));
  await engine.close();
}

const DAMAGE: [string, (bytes: Buffer, at: number) => void][] = [
  ["a length beyond the document", (bytes, at) => bytes.writeInt32LE(1_000_000, at)],
  ["a length that leads back", (bytes, at) => bytes.writeInt32LE(-20, at)],
  ["a name that does not end", (bytes, at) => bytes.fill(0x61, at - 1)],
];

test.each(DAMAGE)("a document with %s is an error of its reader, and the store goes on", async (_, change) => {
  await using folder = await openTempFolder();
  {
    await using store = await openStore(folder.path);
    // The start looks at the first document and the last one.
    const documents = [{ _id: 1, b: 2 }, { _id: 2, a: 1, field: "some text", b: 2 }, { _id: 3 }];
    await store.db.collection<Thing>("things").insertMany(documents);
  }
  await damage(folder.path, change);

  await using store = await openStore(folder.path);
  const things = store.db.collection<Thing>("things");

  await expect(things.find({}, { projection: { b: 1 } }).toArray()).rejects.toThrow("does not end within");
  expect(await things.findOne({ _id: 1 }, { projection: { b: 1 } })).toEqual({ _id: 1, b: 2 });
});
