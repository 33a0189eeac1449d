import { Binary, Decimal128, Double, Int32, Long, ObjectId } from "bson";
import { RandomExpressions } from "./random-expressions.js";
import type { SeededRandom } from "./seeded-random.js";

type Fields = Record<string, unknown>;

const ID = new ObjectId("65f0c0ffee65f0c0ffee65f0");

/** Values, documents, filters, updates, projections and pipelines within what the embedded store implements. */
export class RandomOperations {
  private readonly expressions: RandomExpressions;

  constructor(private readonly random: SeededRandom) {
    this.expressions = new RandomExpressions(random, () => this.scalar());
  }

  private scalar(): unknown {
    const { random } = this;
    return random.pick<() => unknown>([
      () => new Int32(random.below(5)),
      () => new Int32(random.below(5)),
      () => new Double(random.below(5)),
      () => new Double(random.pick([0.5, 1.5, -1, Number.NaN, Infinity])),
      () => Long.fromNumber(random.below(5)),
      () => Long.fromString(random.pick(["9007199254740993", "-3", "9223372036854775807"])),
      () => Decimal128.fromString(random.pick(["1", "1.5", "0.1", "3"])),
      () => random.pick(["", "a", "b", "ab", "B", "a.b", "é"]),
      () => random.pick(["a", "b"]),
      () => null,
      () => random.chance(50),
      () => new Date(random.below(3) * 1000),
      () => ID,
      () => new Binary(Buffer.from(random.pick(["", "x", "yy"]))),
    ])();
  }

  value(depth = 0): unknown {
    const { random } = this;
    if (depth < 2 && random.chance(18)) return random.list(3, () => this.value(depth + 1));
    if (depth < 2 && random.chance(18)) return this.object(depth + 1);
    return this.scalar();
  }

  private object(depth: number): Fields {
    const { random } = this;
    return Object.fromEntries(random.list(3, () => [random.pick(["a", "b", "c", "0"]), this.value(depth)]));
  }

  document(id: number): Fields {
    const { random } = this;
    const fields = random.list(5, () => [random.pick(["a", "b", "c", "d", "n"]), this.value()] as const);
    return { _id: id, ...Object.fromEntries(fields), ...(random.chance(60) && { n: new Int32(random.below(20)) }) };
  }

  path(): string {
    return this.random.pick([
      "a",
      "b",
      "c",
      "d",
      "n",
      "a",
      "b",
      "n",
      "a.b",
      "a.a",
      "b.c",
      "a.0",
      "a.1",
      "b.0.a",
      "a.b.c",
      "_id",
    ]);
  }

  private operators(depth: number): Fields {
    const { random } = this;
    return random.pick<() => Fields>([
      () => ({ $eq: this.value() }),
      () => ({ $ne: this.value() }),
      () => ({ [random.pick(["$gt", "$gte", "$lt", "$lte"])]: this.scalar() }),
      () => ({ $gte: new Int32(random.below(10)), $lt: new Int32(random.below(20)) }),
      () => ({ $in: random.list(3, () => this.value()) }),
      () => ({ $nin: random.list(3, () => this.value()) }),
      () => ({ $exists: random.chance(50) }),
      () => ({ $type: random.pick(["int", "string", "array", "object", "number", "null", "long", "double"]) }),
      () => ({ $elemMatch: random.chance(50) ? this.operators(depth + 1) : this.conditions(depth + 2) }),
    ])();
  }

  /** A filter of a whole document: it may ask by an expression beside what it asks of fields. */
  filter(): Fields {
    const { random } = this;
    const plain = this.conditions();
    if (!random.chance(30)) return plain;
    const byExpression = { $expr: this.expressions.truth() };
    return random.pick<Fields>([
      byExpression,
      { ...plain, ...byExpression },
      { $and: [plain, byExpression] },
      { $or: [plain, byExpression] },
      { n: { $gte: new Int32(random.below(10)) }, ...byExpression },
    ]);
  }

  private conditions(depth = 0): Fields {
    const { random } = this;
    if (depth < 2 && random.chance(15)) {
      return { [random.pick(["$and", "$or"])]: [this.conditions(depth + 1), this.conditions(depth + 1)] };
    }
    const parts = Array.from({ length: 1 + random.below(2) }, () => [
      this.path(),
      random.chance(45) ? this.value() : this.operators(depth),
    ]);
    return Object.fromEntries(parts) as Fields;
  }

  sort(): Fields {
    const { random } = this;
    const parts = Array.from({ length: 1 + random.below(2) }, () => [
      random.pick(["a", "n", "b", "a.b", "d"]),
      random.pick([1, -1]),
    ]);
    return { ...(Object.fromEntries(parts) as Fields), _id: 1 };
  }

  update(): Fields {
    const { random } = this;
    const path = (): string => random.pick(["a", "b", "c", "d", "n", "a.b", "a.0", "b.c", "e", "f.g", "a.2"]);
    const operation = random.pick<() => Fields>([
      () => ({ $set: { [path()]: this.value(), [path()]: this.value() } }),
      () => ({ $unset: { [path()]: "" } }),
      () => ({ $inc: { [path()]: random.pick([new Int32(1), new Double(0.5), Long.fromNumber(3)]) } }),
      () => ({ $push: { [path()]: this.value() } }),
      () => ({ $addToSet: { [path()]: this.value() } }),
      () => ({
        $pull: {
          [path()]: random.pick<() => unknown>([
            () => this.value(),
            () => ({ $in: random.list(2, () => this.value()) }),
            () => ({ $gte: this.scalar() }),
          ])(),
        },
      }),
      () => ({ $setOnInsert: { [path()]: this.value() } }),
    ]);
    const [first, second] = [operation(), operation()];
    return random.chance(50) ? first : { ...second, ...first };
  }

  projection(): Fields {
    const { random } = this;
    const flag = random.pick([0, 1]);
    const paths = random.list(3, () => random.pick(["a", "b", "c", "a.b", "a.a", "b.c", "n"]));
    return {
      ...Object.fromEntries(paths.map((path) => [path, flag])),
      ...(random.chance(30) && { _id: random.pick([0, 1]) }),
    };
  }

  pipeline(): Fields[] {
    const { random } = this;
    const stage = (): Fields =>
      random.pick<() => Fields>([
        () => ({ $match: random.chance(30) ? { $expr: this.expressions.truth() } : this.conditions(1) }),
        () => ({ $sort: this.sort() }),
        () => ({ $limit: 1 + random.below(6) }),
        () => ({ $project: { a: 1, x: "$b", y: "$a.b" } }),
        () => ({ $project: { [random.pick(["c", "b.c"])]: 0 } }),
        () => ({ $addFields: { [random.pick(["x", "a", "q.b", "b.c"])]: this.expressions.value() } }),
        () => ({ $project: { a: 1, [random.pick(["x", "b.c", "c"])]: this.expressions.value() } }),
        () => ({
          $addFields: {
            [`x${random.below(1000)}`]: random.pick(["$a", "$a.b", "$b"]),
            [random.pick(["z", "q.b"])]: { $literal: this.scalar() },
          },
        }),
        () => ({
          $unwind: {
            path: random.pick(["$a", "$b", "$a.b"]),
            preserveNullAndEmptyArrays: random.chance(50),
          },
        }),
        () => ({
          $lookup: {
            from: "others",
            localField: random.pick(["a", "n", "a.b", "_id"]),
            foreignField: random.pick(["n", "a", "a.b"]),
            as: "joined",
            pipeline: this.childPipeline(),
          },
        }),
      ])();
    if (random.chance(15)) return this.pageByComputed();
    const stages = [{ $sort: { _id: 1 } }, ...random.list(3, stage)];
    // MongoDB 6 sorts groups whose _id is an array otherwise than it sorts documents by an array.
    if (random.chance(25))
      return [...stages, { $match: { $expr: { $not: [{ $isArray: ["$n"] }] } } }, this.group(), { $sort: { _id: 1 } }];
    return random.chance(15) ? [...stages, { $count: "count" }] : stages;
  }

  private pageByComputed(): Fields[] {
    const { random } = this;
    // MongoDB sorts by a computed array otherwise than by one that is stored.
    const value = this.expressions.value();
    const noArray = { $cond: [{ $isArray: [value] }, null, value] };
    const name = random.pick(["x", "a", "q.b"]);
    const sort = { [name]: random.pick([1, -1]), ...(random.chance(30) && { n: -1 }), _id: 1 };
    return [{ $match: this.filter() }, { $addFields: { [name]: noArray } }, { $sort: sort }, { $limit: 3 }];
  }

  private childPipeline(): Fields[] {
    const { random } = this;
    const page = [{ $limit: 3 }, { $project: { n: 1, t: 1 } }];
    if (random.chance(40)) return [{ $sort: { n: -1, _id: 1 } }, ...page];
    return [
      { $match: this.filter() },
      { $addFields: { t: this.expressions.value() } },
      ...random.list(1, () => ({ $match: { $expr: this.expressions.truth() } })),
      // MongoDB sorts by a computed array otherwise than by one that is stored.
      ...random.pick<Fields[]>([[{ $sort: { n: 1, _id: -1 } }, ...page], [{ $count: "count" }]]),
    ];
  }

  private group(): Fields {
    const field = (): string => this.random.pick(["$n", "$a", "$b", "$a.b"]);
    return {
      $group: {
        _id: this.random.pick([null, "$n"]),
        total: { $sum: this.random.pick([1, "$n"]) },
        first: { $first: field() },
      },
    };
  }
}
