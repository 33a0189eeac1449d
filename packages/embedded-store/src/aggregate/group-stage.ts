import { BsonWriter, doubleValue, int32Value, int64Value } from "../bson/bson-writer.js";
import { exactNumber, isNumber } from "../bson/compare-values.js";
import { documentValue, ElementType, fieldsOf, NULL_VALUE, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import type { Evaluate } from "../expression/expression.js";
import { parseExpression } from "../expression/parse-expression.js";
import { keyOf } from "../query/condition.js";
import { PAUSE, type Paused } from "../search/paused.js";
import type { Stage } from "./stage.js";

const BREATH = 128;

const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: summing,
  $first: () => {
    let first: Value | undefined;
    return { add: (value) => void (first ??= value ?? NULL_VALUE), result: () => first ?? NULL_VALUE };
  },
};

interface Field {
  readonly name: string;
  readonly make: () => Accumulator;
  readonly expression: Evaluate;
}

/** @throws CommandError for accumulators that are not implemented, by name. */
export function parseGroup(specification: Value): Stage {
  if (!specification.isObject)
    throw new CommandError("BadValue", "a group's fields must be specified in an object", 15947);
  const given = new Map(fieldsOf(specification));
  const id = given.get("_id");
  if (!id) throw new CommandError("BadValue", "a group specification must include an _id", 15955);
  given.delete("_id");
  const keyExpression = parseExpression(id);
  const fields = [...given].map(([name, value]) => parseField(name, value));
  return (input) => grouped(input, keyExpression, fields);
}

function parseField(name: string, value: Value): Field {
  const entries = value.isObject ? [...fieldsOf(value)] : [];
  const [entry] = entries;
  if (entries.length !== 1 || !entry?.[0].startsWith("$"))
    throw new CommandError("BadValue", `The field '${name}' must be an accumulator object`, 40234);
  const make = ACCUMULATORS[entry[0]];
  if (!make) throw notImplemented(`the accumulator ${entry[0]}`);
  return { name, make, expression: parseExpression(entry[1]) };
}

function* grouped(input: Paused<Value>, keyExpression: Evaluate, fields: readonly Field[]): Paused<Value> {
  const groups = new Map<string, { id: Value; accumulators: Accumulator[] }>();
  for (const document of input) {
    if (document === PAUSE) {
      yield PAUSE;
      continue;
    }
    const id = keyExpression(document) ?? NULL_VALUE;
    const key = keyOf(id);
    const group = groups.get(key) ?? { id, accumulators: fields.map(({ make }) => make()) };
    groups.set(key, group);
    fields.forEach(({ expression }, at) => group.accumulators[at]!.add(expression(document)));
  }
  let count = 0;
  for (const { id, accumulators } of groups.values()) {
    const writer = new BsonWriter();
    const begun = writer.begin();
    writer.value("_id", id);
    fields.forEach(({ name }, at) => writer.value(name, accumulators[at]!.result()));
    writer.end(begun);
    yield documentValue(writer.finished());
    if (++count % BREATH === 0) yield PAUSE;
  }
}

/** Holds what has been seen of one group and one field. */
interface Accumulator {
  add(value: Value | undefined): void;
  result(): Value;
}

/** Whole numbers are added exactly, doubles with what rounding lost carried along; what is no number does not count. */
function summing(): Accumulator {
  let whole = 0n;
  let isWide = false;
  let hasDouble = false;
  const doubles = new CompensatedSum();
  return {
    add(value) {
      if (!value || !isNumber(value)) return;
      if (value.type === ElementType.DECIMAL128) throw notImplemented("sums of decimal128 values");
      if (value.type === ElementType.DOUBLE) {
        hasDouble = true;
        doubles.add(Number(exactNumber(value)));
      } else {
        isWide ||= value.type === ElementType.INT64;
        whole += BigInt(exactNumber(value) as number | bigint);
      }
    },
    result() {
      if (!hasDouble && whole === BigInt.asIntN(64, whole)) {
        return isWide || whole !== BigInt.asIntN(32, whole) ? int64Value(whole) : int32Value(Number(whole));
      }
      const high = Number(whole);
      doubles.add(high);
      if (Number.isFinite(high)) doubles.add(Number(whole - BigInt(high)));
      return doubleValue(doubles.total);
    },
  };
}

/** Neumaier's sum: the part of each addend that rounding would lose is kept beside the sum. */
class CompensatedSum {
  private sum = 0;
  private lost = 0;

  add(addend: number): void {
    const next = this.sum + addend;
    const isSumGreater = Math.abs(this.sum) >= Math.abs(addend);
    if (Number.isFinite(next)) this.lost += isSumGreater ? this.sum - next + addend : addend - next + this.sum;
    this.sum = next;
  }

  get total(): number {
    return Number.isFinite(this.sum) ? this.sum + this.lost : this.sum;
  }
}
