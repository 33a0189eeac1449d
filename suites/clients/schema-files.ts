import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildASTSchema, type GraphQLSchema, parse } from "graphql";

/** The contract. */
export const SCHEMA_FILE = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
/** The federation directives in it, for those who know none. */
export const FEDERATION_FILE = fileURLToPath(new URL("federation.graphql", import.meta.url));

/** The schema that a text such as `schema.graphql` describes. */
export const schemaOf = (text: string): GraphQLSchema =>
  buildASTSchema(parse(`${text}\n${readFileSync(FEDERATION_FILE, "utf8")}`));

export const readSchema = (): GraphQLSchema => schemaOf(readFileSync(SCHEMA_FILE, "utf8"));
