import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildASTSchema, type GraphQLSchema, parse } from "graphql";

/** The contract. */
export const SCHEMA_FILE = fileURLToPath(new URL("../../schema.graphql", import.meta.url));
/** The federation directives in it, for those who know none. */
export const FEDERATION_FILE = fileURLToPath(new URL("federation.graphql", import.meta.url));

const textOf = (file: string): string => readFileSync(file, "utf8");

export const readSchema = (): GraphQLSchema =>
  buildASTSchema(parse(`${textOf(SCHEMA_FILE)}\n${textOf(FEDERATION_FILE)}`));
