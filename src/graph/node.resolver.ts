import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { DomainError } from "../errors.js";
import type { Loaders } from "../loaders.js";
import type { RequestContext } from "../request-context.js";
import type { Loading } from "../documents/record-loader.js";
import { kindOf } from "./id.js";
import { Node } from "./stored-record.js";

/** Returns the record of that id, superseded or not, or null. */
export function loadNode(loaders: Loaders, id: string): Loading<object | null> | null {
  const kind = kindOf(id);
  return kind && loaders.byId(kind).load(id);
}

const MAX_NODES = 100;

// Not shareable: a gateway asks any one of the subgraphs that share a field, and only this one knows these ids. Another
// subgraph with nodes takes the fields over (docs/federation.md). Hiding the fields would take them from the clients of
// every gateway.
@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: "The record of that id, superseded or not, or null." })
  node(@Arg("id", () => ID, { description: "The id of a record." }) id: string, @Ctx() { loaders }: RequestContext) {
    return loadNode(loaders, id);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "The records of those ids, in their order; null for what is not there.",
  })
  nodes(
    @Arg("ids", () => [ID], { description: "At most 100 ids." }) ids: string[],
    @Ctx() { loaders }: RequestContext,
  ) {
    if (ids.length > MAX_NODES)
      throw new DomainError(
        "LIMIT_EXCEEDED",
        `At most ${MAX_NODES} ids in one request: ask for the others in another.`,
        ["ids"],
      );
    return ids.map((id) => loadNode(loaders, id));
  }
}
