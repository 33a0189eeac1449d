import { getNullableType, type GraphQLInputType, isListType, type ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

export type ListLimits = Pick<Limits, "maxListItems" | "maxListItemsInAll">;

// A gateway asks for as many entities as its page holds.
const isRepresentations = (type: GraphQLInputType): boolean => String(type).startsWith("[_Any");

/** Returns the error message if there are too many items, in this list or in all of the request so far. */
export function checkList(
  type: GraphQLInputType,
  items: number,
  inAll: number,
  limits: ListLimits,
): string | undefined {
  const most = isRepresentations(type) ? limits.maxListItemsInAll : limits.maxListItems;
  if (items > most) return `A list has at most ${most} items.`;
  if (inAll > limits.maxListItemsInAll) return `All lists together have at most ${limits.maxListItemsInAll} items.`;
  return undefined;
}

/** Lists that stand in the document itself. Lists inside of a JSON value have that scalar's own bounds. */
export function maxListItems(limits: ListLimits): ValidationRule {
  return (context) => {
    let inAll = 0;
    return {
      ListValue(list) {
        const type = getNullableType(context.getParentInputType()) as GraphQLInputType | null | undefined;
        if (!isListType(type)) return;
        inAll += list.values.length;
        const refusal = checkList(type, list.values.length, inAll, limits);
        if (refusal) context.reportError(limitError(refusal, list));
      },
    };
  };
}
