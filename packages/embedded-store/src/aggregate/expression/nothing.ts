import { ElementType } from "../../bson/element-type.js";
import type { Value } from "../../bson/value.js";

/** Whether there is no value: none at all, null, or undefined. */
export const isNothing = (value: Value | undefined): boolean =>
  value === undefined || value.type === ElementType.NULL || value.type === ElementType.UNDEFINED;
