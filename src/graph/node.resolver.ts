import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { DomainError } from "../errors.js";
import type { RequestContext } from "../request-context.js";
import { nodeOf } from "./node-of.js";
import { Node } from "./node.js";

const MOST_NODES = 100;

// Not shareable: a gateway asks any one of those that share a field, and only we know our ids. Another subgraph that has
// nodes takes the fields over (docs/federation.md). Hiding them would take them from the clients of every gateway.
@Resolver()
export class NodeResolver {
  @Query(() => Node, { nullable: true, description: "The record of that id, superseded or not, or null." })
  node(@Arg("id", () => ID, { description: "The id of a record." }) id: string, @Ctx() { loaders }: RequestContext) {
    return nodeOf(loaders, id);
  }

  @Query(() => [Node], {
    nullable: "items",
    description: "The records of those ids, in their order; null for what is not there.",
  })
  nodes(
    @Arg("ids", () => [ID], { description: "At most 100 ids." }) ids: string[],
    @Ctx() { loaders }: RequestContext,
  ) {
    if (ids.length > MOST_NODES)
      throw new DomainError(
        "LIMIT_EXCEEDED",
        `At most ${MOST_NODES} ids in one request: ask for the others in another.`,
        ["ids"],
      );
    return Promise.all(ids.map((id) => nodeOf(loaders, id)));
  }
}
