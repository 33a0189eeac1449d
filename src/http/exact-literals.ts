import { getNamedType, GraphQLError, GraphQLID, type ValidationRule } from "graphql";
import { printedPath } from "../graph/printed-path.js";
import { INEXACT, staysAsWritten } from "../graph/written-numbers.js";
import { pathOf } from "./value-free-literals.js";

/** Refuses whole numbers in a document that would change. An id is text, however it is written. */
export const exactLiterals: ValidationRule = (context) => ({
  IntValue(node) {
    const type = context.getInputType();
    if (staysAsWritten(node.value) || (type && getNamedType(type) === GraphQLID)) return;
    const path = pathOf(node, context.getDocument());
    context.reportError(
      new GraphQLError(`${printedPath(path)}: ${INEXACT}`, {
        nodes: node,
        extensions: { code: "BAD_USER_INPUT", path },
      }),
    );
  },
});
