import { prop } from "@typegoose/typegoose";
import { Field, Float, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "The limits of a container." })
export class ResourceProfile {
  @Field(() => Int, { name: "memoryMb", description: "The memory, in MiB." })
  @prop({ type: () => Number, required: true })
  readonly memory_mb!: number;

  @Field(() => Float, { description: "The number of processors; 0.5 is half of one's time." })
  @prop({ type: () => Number, required: true })
  readonly cpus!: number;

  @Field(() => Int, { description: "The number of processes and threads." })
  @prop({ type: () => Number, required: true })
  readonly pids!: number;

  @Field(() => Int, { name: "scratchMb", description: "The disk space, in MiB." })
  @prop({ type: () => Number, required: true })
  readonly scratch_mb!: number;
}
