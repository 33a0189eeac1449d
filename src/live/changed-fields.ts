import type { GraphQLSchema } from "graphql";
import { isObjectType } from "graphql";
import { TYPE_OF_KIND } from "../graph/id.js";
import { shownName } from "../graph/shown-name.js";
import type { HeardEvent } from "./heard-event.js";

/** Fields of the graph that are made from stored ones of another name. */
const SHOWN_AS: Readonly<Record<string, string>> = {
  output: "outputNotebook",
  received: "uploads",
  last_arrival: "uploads",
  model: "models",
};

/** The fields of the record's type that a change set. What the store keeps for itself has no field there. */
export function changedFields(schema: GraphQLSchema, { action, kind, fields }: HeardEvent): string[] {
  const type = schema.getType(TYPE_OF_KIND[kind]);
  if (action !== "CHANGE" || !isObjectType(type)) return [];
  const shown = type.getFields();
  const names = fields
    .flatMap((each) => [shownName(each), SHOWN_AS[each] ?? ""])
    .filter((each) => Object.hasOwn(shown, each));
  return [...new Set(names)].sort();
}
