import { BsonWriter } from "../bson/bson-writer.js";
import { compareValues } from "../bson/compare-values.js";
import { ElementType } from "../bson/element-type.js";
import { NULL_VALUE, documentValue, fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { PAUSE, type Paused } from "../query/paused.js";
import { keyOf } from "../query/match.js";
import { int32Value } from "../bson/make-value.js";
import type { Accumulator } from "./accumulator.js";
import { arrayValue } from "../bson/make-holder.js";
import type { Evaluate } from "./expression/expression.js";
import { parseExpression } from "./expression/parse-expression.js";
import type { Stage } from "./stage.js";
import { summing } from "./sum.js";

const BREATH = 128;

const ACCUMULATORS: Readonly<Record<string, () => Accumulator>> = {
  $sum: summing,
  $first: () => {
    let first: Value | undefined;
    return { add: (value) => void (first ??= value ?? NULL_VALUE), result: () => first ?? NULL_VALUE };
  },
  $last: () => {
    let last: Value | undefined;
    return { add: (value) => void (last = value ?? NULL_VALUE), result: () => last ?? NULL_VALUE };
  },
  $min: () => extreme(-1),
  $max: () => extreme(1),
  $push: () => {
    const values: Value[] = [];
    return { add: (value) => void (value && values.push(value)), result: () => arrayValue(values) };
  },
};

function extreme(direction: 1 | -1): Accumulator {
  let found: Value | undefined;
  return {
    add(value) {
      if (!value || value.type === ElementType.NULL || value.type === ElementType.UNDEFINED) return;
      if (!found || compareValues(value, found) * direction > 0) found = value;
    },
    result: () => found ?? NULL_VALUE,
  };
}

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
  if (entry[0] === "$count") return { name, make: ACCUMULATORS.$sum!, expression: () => int32Value(1) };
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
