import { ElementType } from "./element-type.js";
import type { Value } from "./value.js";

export const NUMERIC: readonly number[] = [
  ElementType.DOUBLE,
  ElementType.INT32,
  ElementType.INT64,
  ElementType.DECIMAL128,
];

export const isNumber = ({ type }: Value): boolean => NUMERIC.includes(type);
