import { Arg, Args, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { deleteRecord } from "../deletion/delete-record.js";
import { Deletion } from "../deletion/deletion.js";
import { keyOf } from "../graph/id.js";
import { Input, intentOf } from "../graph/mutation-input.js";
import { answerList } from "../lists/answer-list.js";
import type { ListArgs } from "../lists/listing.js";
import type { RequestContext } from "../request-context.js";
import {
  CreateTreasureChestInput,
  DeleteTreasureChestInput,
  UpdateTreasureChestInput,
} from "./treasure-chest.inputs.js";
import { TreasureChest } from "./treasure-chest.js";
import { TREASURE_CHEST } from "./treasure-chest.kind.js";
import { createTreasureChest, updateTreasureChest } from "./write-treasure-chest.js";

@Resolver(() => TreasureChest)
export class TreasureChestResolver {
  @Query(() => TreasureChest, { nullable: true, description: "The treasure chest of that name, or null." })
  treasureChest(
    @Arg("name", () => String, { description: "The name of the chest." }) name: string,
    @Ctx() { loaders }: RequestContext,
  ) {
    return loaders.treasureChestByKey.load(keyOf(name));
  }

  @Query(() => TREASURE_CHEST.Connection, { description: "Treasure chests, the newest first." })
  treasureChests(@Args(() => TREASURE_CHEST.listing.Args) args: ListArgs, @Ctx() context: RequestContext) {
    return answerList(context, TREASURE_CHEST, args);
  }

  @Mutation(() => TreasureChest, {
    description:
      "Keeps a pair of credentials, sealed. Nothing gives them back; builds use them by the name of the chest.",
  })
  createTreasureChest(
    @Input(() => CreateTreasureChestInput) input: CreateTreasureChestInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    return createTreasureChest(app, intentOf(caller, "createTreasureChest", input), input);
  }

  @Mutation(() => TreasureChest, { description: "Changes a treasure chest, or the credentials in it." })
  updateTreasureChest(
    @Input(() => UpdateTreasureChestInput) input: UpdateTreasureChestInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    return updateTreasureChest(app, intentOf(caller, "updateTreasureChest", input), input);
  }

  @Mutation(() => Deletion, {
    description: "Deletes a treasure chest with its secret. One that a build under way needs is never deleted.",
  })
  deleteTreasureChest(
    @Input(() => DeleteTreasureChestInput) input: DeleteTreasureChestInput,
    @Ctx() { app, caller }: RequestContext,
  ) {
    return deleteRecord(app, intentOf(caller, "deleteTreasureChest", input), "tchest", [input.name], input.cascade);
  }
}
