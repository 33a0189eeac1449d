import { ArgsType, Field, ID } from "type-graphql";

@ArgsType()
export class FollowLogArgs {
  @Field(() => ID, {
    description:
      "The id of a build, a training, a deployment or a revision of one. For a deployment, the output is that of the replicas of the current revision, and of each later one.",
  })
  readonly of!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Only what was written after this cursor: the `endCursor` of the last page that was received, by this subscription or by the field `log` of the record.",
  })
  readonly after?: string | null;
}
