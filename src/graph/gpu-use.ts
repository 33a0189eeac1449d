import { prop } from "@typegoose/typegoose";
import { Field, Int, ObjectType } from "type-graphql";

@ObjectType({
  description:
    "The use of the GPUs of a training, read every ten seconds by the server: of the cards, with all that runs on them.",
})
export class GpuUse {
  @Field(() => Int, { name: "memoryMb", description: "The most memory in use at a time, of all its cards, in MiB." })
  @prop({ type: () => Number, required: true })
  readonly memory_mb!: number;

  @Field(() => Int, { name: "totalMb", description: "The memory that all its cards have, in MiB." })
  @prop({ type: () => Number, required: true })
  readonly total_mb!: number;

  @Field(() => Int, {
    nullable: true,
    description: "The highest share of time in which its cards were busy, on average, in percent.",
  })
  @prop({ type: () => Number })
  readonly busy?: number | null;
}
