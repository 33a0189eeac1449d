import { type ASTNode, GraphQLError } from "graphql";

/** The request is refused before it is executed, whatever it asks for. */
export const limitError = (message: string, nodes?: ASTNode, path?: readonly (string | number)[]): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: "LIMIT_EXCEEDED", ...(path && { path }) } });
