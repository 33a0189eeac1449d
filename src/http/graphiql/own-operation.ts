import { type DocumentNode, getOperationAST, parse } from "graphql";

/**
 * The operation of a text, found by the text alone: for a moment after a change of tabs GraphiQL still names the
 * operation of the tab before, and judges by that tab's document whether it is a subscription.
 */
export function ownOperation(query: string, named?: string | null) {
  const document = parsed(query);
  // The server says what is wrong with a text that is no GraphQL.
  if (!document) return { name: named, document, isSubscription: false };
  const operation = getOperationAST(document, named) ?? getOperationAST(document);
  return { name: operation?.name?.value, document, isSubscription: operation?.operation === "subscription" };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}
