import { EJSON } from "bson";
import type { mongo } from "mongoose";
import { answerOf } from "./both-answers.js";
import { RandomOperations } from "./random-operations.js";
import { SeededRandom } from "./seeded-random.js";

const DOCUMENTS = 14;
const INDEXES: Record<string, 1 | -1>[] = [{ a: 1 }, { n: 1, b: -1 }, { "a.b": 1 }, { b: 1, n: 1 }, { d: -1 }];
const EXACT = { promoteValues: false } as const;

/** What the embedded store does not implement it may say; it may not guess. */
const REFUSED_BY_NAME = "refused with 238";

/** Of two lists only the elements that differ. */
function contrast(ours: string, theirs: string): string {
  const [left, right] = [ours, theirs].map((answer) =>
    answer.startsWith("[") ? (JSON.parse(answer) as unknown[]).map((each) => JSON.stringify(each)) : [answer],
  );
  const at = Array.from({ length: Math.max(left!.length, right!.length) }, (_, index) => index).find(
    (index) => left![index] !== right![index],
  )!;
  return `  element ${at} of ${left!.length} and ${right!.length}\n  embedded ${left![at]}\n  MongoDB  ${right![at]}`;
}

interface Question {
  readonly kind: string;
  readonly what: unknown;
  readonly writes?: boolean;
  ask(database: mongo.Db): Promise<unknown>;
}

/** Asks both databases the same and gives what they answered differently. */
export async function differences(embedded: mongo.Db, real: mongo.Db, seed: number): Promise<string[]> {
  const random = new SeededRandom(seed);
  const make = new RandomOperations(random);
  const found: string[] = [];
  for (const question of questions(random, make)) {
    const [ours, theirs] = await Promise.all(
      [embedded, real].map((database) => answerOf(() => question.ask(database))),
    );
    if (ours !== theirs && ours !== REFUSED_BY_NAME)
      found.push(`${question.kind} ${EJSON.stringify(question.what)}\n${contrast(ours!, theirs!)}`);
    // They may hold different documents from here on: an update of many stops at the first it cannot change, and which that is is open.
    if (question.writes && (ours !== theirs || ours!.startsWith("refused"))) break;
  }
  return found;
}

function* questions(random: SeededRandom, make: RandomOperations): Generator<Question> {
  for (const name of ["things", "others"]) {
    for (let id = 0; id < DOCUMENTS; id += 1) {
      const document = make.document(id);
      yield {
        kind: "insert",
        what: document,
        ask: async (database) =>
          (await database.collection<{ _id: number }>(name).insertOne(document as { _id: number })).insertedId,
      };
    }
    for (const key of INDEXES.filter(() => random.chance(50))) {
      yield { kind: "index", what: key, ask: (database) => database.collection(name).createIndex(key) };
    }
  }
  for (let round = 0; round < 30; round += 1) yield question(random, make);
  yield { kind: "all", what: {}, ask: (database) => things(database).find({}, EXACT).sort({ _id: 1 }).toArray() };
}

const things = (database: mongo.Db) => database.collection("things");

function question(random: SeededRandom, make: RandomOperations): Question {
  const filter = make.filter();
  return random.pick<() => Question>([
    () => ({
      kind: "find",
      what: filter,
      ask: (database) => things(database).find(filter, EXACT).sort({ _id: 1 }).toArray(),
    }),
    () => ({ kind: "count", what: filter, ask: (database) => things(database).countDocuments(filter) }),
    () => sortedFind(filter, make.sort(), 1 + random.below(6)),
    () => projected(make.projection()),
    () => updating(filter, make.update(), random.chance(30), random.chance(30)),
    () => updating({ _id: random.below(DOCUMENTS) }, make.update(), false, false),
    () => modified(filter, make.update(), make.sort()),
    () => aggregated(make.pipeline()),
  ])();
}

const sortedFind = (filter: object, sort: object, limit: number): Question => ({
  kind: "sorted",
  what: { filter, sort, limit },
  ask: (database) =>
    things(database)
      .find(filter, EXACT)
      .sort(sort as Record<string, 1 | -1>)
      .limit(limit)
      .toArray(),
});

const projected = (projection: object): Question => ({
  kind: "project",
  what: projection,
  ask: (database) =>
    things(database)
      .find({}, { ...EXACT, projection })
      .sort({ _id: 1 })
      .toArray(),
});

const updating = (filter: object, update: object, isMulti: boolean, upsert: boolean): Question => ({
  kind: "update",
  writes: true,
  what: { filter, update, isMulti, upsert },
  async ask(database) {
    const outcome = isMulti
      ? await things(database).updateMany(filter, update as object, { upsert })
      : await things(database).findOneAndUpdate(filter, update as object, {
          ...EXACT,
          upsert,
          sort: { _id: 1 },
          returnDocument: "after",
          projection: { _id: 0 },
        });
    // An upsert's made-up ids differ by nature.
    await things(database).deleteMany({ _id: { $type: "objectId" } });
    const after = await things(database).find({}, EXACT).sort({ _id: 1 }).toArray();
    if (!isMulti) return [outcome, ...after];
    const { matchedCount, modifiedCount, upsertedCount } = outcome as mongo.UpdateResult;
    return [{ matchedCount, modifiedCount, upsertedCount }, ...after];
  },
});

const modified = (filter: object, update: object, sort: object): Question => ({
  kind: "findAndModify",
  writes: true,
  what: { filter, update, sort },
  async ask(database) {
    const before = await things(database).findOneAndUpdate(filter, update, {
      ...EXACT,
      sort: sort as Record<string, 1 | -1>,
      returnDocument: "before",
    });
    return [before, ...(await things(database).find({}, EXACT).sort({ _id: 1 }).toArray())];
  },
});

const aggregated = (pipeline: object[]): Question => ({
  kind: "aggregate",
  what: pipeline,
  ask: (database) =>
    things(database)
      .aggregate(pipeline as Record<string, unknown>[], EXACT)
      .toArray(),
});
