import { type Change, CriticalityLevel, diff } from "@graphql-inspector/core";
import type { GraphQLSchema } from "graphql";

/** A line of `docs/breaking-changes.md`: what breaks, and a sentence that says why. */
const NAMED = /^- `(?<what>[A-Z_]+ \S+)`: \S.{15,}\.$/gm;

// A gateway names entities by their keys: without one, other subgraphs no longer compose.
const isKeyRemoved = ({ type, path }: Change): boolean =>
  type === "DIRECTIVE_USAGE_OBJECT_REMOVED" && path?.endsWith(".@key") === true;

/** What of a change of the schema can break a client or a gateway, each as its kind and its place. */
export async function breaks(before: GraphQLSchema, after: GraphQLSchema): Promise<string[]> {
  const changes = await diff(before, after);
  return changes
    .filter((each) => each.criticality.level === CriticalityLevel.Breaking || isKeyRemoved(each))
    .map(({ type, path }) => `${type} ${path ?? "schema"}`);
}

/** What a page names as broken, and says why. */
export const namedBreaks = (page: string): string[] => [...page.matchAll(NAMED)].map(({ groups }) => groups!["what"]!);
