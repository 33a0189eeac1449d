import { Decimal128, Long, MaxKey, MinKey } from "bson";
import type { mongo } from "mongoose";
import type { TestDatabase } from "./contract-store.js";

/** An expression and what it gives for the one document; undefined where that is nothing. */
export type Row = readonly [expression: unknown, answer: unknown];

/** The answer is an error of this number. */
export const refused = (code: number): { refused: number } => ({ refused: code });

const DOCUMENT = {
  int: 5,
  double: 1.5,
  long: Long.fromNumber(7),
  decimal: Decimal128.fromString("2.5"),
  text: "aéb€c",
  nothing: null,
  yes: true,
  no: false,
  date: new Date(1500),
  list: [1, "a", { k: 1 }, null],
  objects: [{ k: 1 }, { k: 2, d: { x: 3 } }, 5, [{ k: 9 }]],
  empty: [],
  nested: [[1], [2]],
  object: { "a.b": 1, $c: 2, d: { e: 3 }, n: null },
  pattern: /a/i,
  least: new MinKey(),
  greatest: new MaxKey(),
};

/** The rows as a store answers them. */
export async function answered({ db }: TestDatabase, rows: readonly Row[]): Promise<Row[]> {
  const things = db.collection("things");
  await things.insertOne({ ...DOCUMENT });
  return Promise.all(rows.map(async ([expression]) => [expression, await answerTo(things, expression)] as const));
}

async function answerTo(things: mongo.Collection, expression: unknown): Promise<unknown> {
  try {
    const [found] = await things.aggregate([{ $project: { _id: 0, answer: expression } }]).toArray();
    return found!.answer;
  } catch (error) {
    return refused(Number((error as mongo.MongoServerError).code));
  }
}
