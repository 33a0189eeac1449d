import { Args, type ClassType, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import type { AnyRecord } from "../graph/stored-record.js";
import type { Loaders } from "../loaders.js";
import type { RequestContext } from "../request-context.js";
import { answerGenerations } from "./answer-list.js";
import type { GenerationLoaders } from "./generation-loaders.js";
import { PageArgs } from "./page.js";
import { Reads } from "../graph/reads.js";

/**
 * Returns the resolver of the fields about other records of the same name, for a type whose records supersede each
 * other.
 */
export function generationsResolver<T extends AnyRecord>(
  name: string,
  record: () => ClassType<object>,
  connection: ClassType<object>,
  loadersOf: (loaders: Loaders) => GenerationLoaders<T>,
) {
  @Resolver(record)
  class GenerationsResolver {
    @FieldResolver(() => Int, {
      nullable: true,
      description:
        "The number of the record among those of its name, from 1; no number is given twice while one of them is there. Null while files of the record are missing.",
    })
    @Reads(["seq"])
    generation(@Root() { seq }: AnyRecord) {
      return seq ?? null;
    }

    @FieldResolver(record, {
      nullable: true,
      description:
        "The record that had the name before this one, or the nearest before it that is still there; null if there is none.",
    })
    @Reads(["_id", "key", "seq", "superseded"])
    supersedes(@Root() root: T, @Ctx() { loaders }: RequestContext) {
      return loadersOf(loaders).earlier.load(root);
    }

    @FieldResolver(record, {
      nullable: true,
      description:
        "The record that took the name from this one, or the nearest after it that is still there; null if there is none.",
    })
    @Reads(["_id", "key", "seq", "superseded"])
    supersededBy(@Root() root: T, @Ctx() { loaders }: RequestContext) {
      return loadersOf(loaders).later.load(root);
    }

    @FieldResolver(() => connection, {
      description: "All records of the name that are there, this one too, the newest first.",
    })
    @Reads(["_id"])
    generations(@Root() { _id }: AnyRecord, @Args(() => PageArgs) args: PageArgs, @Ctx() context: RequestContext) {
      return answerGenerations(context, name, loadersOf(context.loaders).siblings.of(_id), args);
    }
  }
  return GenerationsResolver;
}
