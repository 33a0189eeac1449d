import { Double, Int32 } from "bson";
import type { SeededRandom } from "./seeded-random.js";

/** Expressions that fail on no document, so that both stores must answer alike. */
export class RandomExpressions {
  constructor(
    private readonly random: SeededRandom,
    private readonly scalar: () => unknown,
  ) {}

  private path(): string {
    return `$${this.random.pick(["a", "b", "c", "d", "n", "a.b", "b.c", "a.a", "a.b.c", "t", "_id", "$ROOT.a", "$REMOVE"])}`;
  }

  private constant(): unknown {
    const { random } = this;
    return random.pick<() => unknown>([
      () => ({ $literal: this.scalar() }),
      () => ({ $literal: [this.scalar(), this.scalar()] }),
      () => ({ a: new Int32(random.below(5)) }),
      () => new Int32(random.below(5)),
    ])();
  }

  private operand(depth: number, names: readonly string[]): unknown {
    const { random } = this;
    if (names.length > 0 && random.chance(60)) return `$$${random.pick(names)}${random.pick(["", "", ".a", ".b.c"])}`;
    return depth > 2 || random.chance(40)
      ? random.chance(70)
        ? this.path()
        : this.constant()
      : this.value(depth, names);
  }

  private listed(depth: number, names: readonly string[]): unknown {
    const list = this.operand(depth, names);
    return { $cond: [{ $isArray: [list] }, list, this.random.pick<unknown>([[], [list], { $literal: [1, "a"] }])] };
  }

  private text(depth: number, names: readonly string[]): unknown {
    const text = this.operand(depth, names);
    return {
      $cond: { if: { $eq: [{ $type: text }, "string"] }, then: text, else: this.random.pick(["", "abca", "éa€"]) },
    };
  }

  /** What is used as true or false. */
  truth(depth = 0, names: readonly string[] = []): unknown {
    const { random } = this;
    const next = depth + 1;
    return random.pick<() => unknown>([
      ...Array.from({ length: 4 }, () => () => ({
        [random.pick(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"])]: [
          this.operand(next, names),
          this.operand(next, names),
        ],
      })),
      () => ({ [random.pick(["$and", "$or"])]: random.list(3, () => this.nested(next, names)) }),
      () => ({ $not: [this.nested(next, names)] }),
      () => ({ $in: [this.operand(next, names), this.listed(next, names)] }),
      () => ({ [random.pick(["$isNumber", "$isArray"])]: [this.operand(next, names)] }),
      () => ({ $anyElementTrue: [this.mapped(next, names, true)] }),
      () => ({ $gte: [{ $indexOfCP: [this.text(next, names), random.pick(["a", "b", ""])] }, 0] }),
    ])();
  }

  private nested(depth: number, names: readonly string[]): unknown {
    return depth > 2 ? this.operand(depth, names) : this.truth(depth, names);
  }

  private mapped(depth: number, names: readonly string[], isTruthWanted: boolean): unknown {
    const { random } = this;
    const name = random.pick(["this", "x", "y"]);
    const within = [...names.filter((each) => each !== "this"), name];
    const make = isTruthWanted ? this.nested(depth + 1, within) : this.operand(depth + 1, within);
    return { $map: { input: this.listed(depth + 1, names), ...(name !== "this" && { as: name }), in: make } };
  }

  value(depth = 0, names: readonly string[] = []): unknown {
    const { random } = this;
    const next = depth + 1;
    const operand = (): unknown => this.operand(next, names);
    return random.pick<() => unknown>([
      () => this.path(),
      () => this.truth(next, names),
      () => ({ $type: operand() }),
      () => ({ $getField: { field: random.pick(["a", "b", "c", "0"]), input: operand() } }),
      () => ({ $ifNull: [operand(), operand(), ...random.list(1, operand)] }),
      () => ({ $cond: [this.nested(next, names), operand(), operand()] }),
      () => this.mapped(next, names, false),
      () => ({ $substrCP: [this.text(next, names), random.below(3), new Double(random.below(4))] }),
      () => ({ $indexOfCP: [this.text(next, names), random.pick(["a", "", "b"]), random.below(4), random.below(5)] }),
      () => ({ k: operand(), l: [operand()] }),
    ])();
  }
}
