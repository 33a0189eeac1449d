import { registerEnumType } from "type-graphql";
import { type Kind, KINDS, TYPE_OF_KIND } from "../graph/id.js";

/** The type of a record: clients see `BUILD_VERSION`, the server the kind. */
export type RecordType = Kind;

const nameInGraph = (kind: Kind): string => TYPE_OF_KIND[kind].replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

export const RecordType: Readonly<Record<string, Kind>> = Object.fromEntries(
  KINDS.map((kind) => [nameInGraph(kind), kind]),
);
registerEnumType(RecordType, {
  name: "RecordType",
  description: "The types of records.",
  valuesConfig: Object.fromEntries(
    KINDS.map((kind) => [nameInGraph(kind), { description: `A ${TYPE_OF_KIND[kind]}.` }]),
  ),
});
