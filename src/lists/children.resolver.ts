import { Args, type ClassType, Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { AnyRecord } from "../graph/stored-record.js";
import { Reads } from "../graph/reads.js";
import type { Loaders } from "../loaders.js";
import type { RequestContext } from "../request-context.js";
import { answerChildren } from "./answer-list.js";
import type { ChildPages } from "./child-pages.js";
import type { ListArgs, Listing } from "./listing.js";

/** A field of a parent type that lists children. */
interface Edge<C extends AnyRecord> {
  readonly field: string;
  readonly description: string;
  readonly pages: (loaders: Loaders) => ChildPages<C>;
}

/**
 * Returns a function that makes resolvers. Each adds a list of the children to a parent type. The folder of the
 * children calls it, so that a parent does not know what refers to it.
 */
export const listedOn =
  <C extends AnyRecord>(connection: ClassType<object>, listing: Listing) =>
  (parent: () => ClassType<object>, { field, description, pages }: Edge<C>) => {
    @Resolver(parent)
    class ChildrenResolver {
      @Reads(["_id"])
      // The method has the field's name: type-graphql mistakes fields of a parent for one if their methods have the
      // same name.
      @FieldResolver(() => connection, { description })
      [field](@Root() { _id }: AnyRecord, @Args(() => listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
        return answerChildren(context, listing, pages(context.loaders), _id, args);
      }
    }
    return ChildrenResolver;
  };
