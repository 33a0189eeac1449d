import {
  getNullableType,
  type GraphQLError,
  type GraphQLInputType,
  isInputObjectType,
  isListType,
  type ValidationRule,
} from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

type ListLimits = Pick<Limits, "maxListItems" | "maxListItemsInAll">;
type Path = readonly (string | number)[];

// A gateway asks for as many entities as its page holds.
const isRepresentations = (type: GraphQLInputType): boolean => String(type).startsWith("[_Any");

function checkList(type: GraphQLInputType, items: number, inAll: number, limits: ListLimits): string | undefined {
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

/** Lists that come in variables: counts as the rule above does, by the variables' types. */
export class VariableLists {
  private inAll = 0;

  constructor(private readonly limits: ListLimits) {}

  check(value: unknown, type: GraphQLInputType, path: Path): GraphQLError | undefined {
    const nullable = getNullableType(type);
    if (isListType(nullable) && Array.isArray(value)) {
      this.inAll += value.length;
      const refusal = checkList(nullable, value.length, this.inAll, this.limits);
      if (refusal) return limitError(refusal, undefined, path);
      return first(value, (each, index) => this.check(each, nullable.ofType, [...path, index]));
    }
    if (!isInputObjectType(nullable) || typeof value !== "object" || value === null) return undefined;
    return first(Object.values(nullable.getFields()), ({ name, type: fieldType }) =>
      this.check((value as Record<string, unknown>)[name], fieldType, [...path, name]),
    );
  }
}

function first<T, R>(values: readonly T[], find: (value: T, index: number) => R | undefined): R | undefined {
  for (const [index, each] of values.entries()) {
    const found = find(each, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
