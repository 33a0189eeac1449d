import { ElementType } from "../bson/element-type.js";
import { exactNumber } from "../bson/exact-number.js";
import { elementsOf, fieldsOf, type Value } from "../bson/value.js";
import { isNumber } from "../bson/numeric.js";

/** A pipeline that only counts what matches, as `countDocuments` sends it: an index alone may answer it. */
export interface BareCount {
  readonly filter: Value | undefined;
  readonly id: Value;
  readonly field: string;
}

export function bareCount(pipeline: Value): BareCount | undefined {
  if (!pipeline.isArray) return undefined;
  const stages = elementsOf(pipeline).flatMap((stage) => (stage.isObject ? [[...fieldsOf(stage)]] : []));
  const [first, second, third] = stages;
  if (third || stages.some((fields) => fields.length !== 1)) return undefined;
  const [match, group] = second ? [first![0]!, second[0]!] : [undefined, first?.[0]];
  if (group?.[0] !== "$group" || !group[1].isObject || (match && !(match[0] === "$match" && match[1].isObject)))
    return undefined;
  const [id, count, more] = [...fieldsOf(group[1])];
  if (id?.[0] !== "_id" || !isConstant(id[1]) || !count || more || !isSumOfOnes(count[1])) return undefined;
  return { filter: match?.[1], id: id[1], field: count[0] };
}

const isConstant = (id: Value): boolean => isNumber(id) || id.type === ElementType.NULL;

function isSumOfOnes(accumulator: Value): boolean {
  const [sum, more] = accumulator.isObject ? [...fieldsOf(accumulator)] : [];
  return sum?.[0] === "$sum" && !more && sum[1].type === ElementType.INT32 && exactNumber(sum[1]) === 1;
}
