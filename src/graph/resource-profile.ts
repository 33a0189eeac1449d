import { prop } from "@typegoose/typegoose";
import { Field, Float, Int, ObjectType } from "type-graphql";

@ObjectType({ description: "What a container may use at most." })
export class ResourceProfile {
  @Field(() => Int, { name: "memoryMb", description: "MiB of memory." })
  @prop({ type: () => Number, required: true })
  readonly memory_mb!: number;

  @Field(() => Float, { description: "Processors." })
  @prop({ type: () => Number, required: true })
  readonly cpus!: number;

  @Field(() => Int, { description: "Processes and threads." })
  @prop({ type: () => Number, required: true })
  readonly pids!: number;

  @Field(() => Int, { name: "scratchMb", description: "MiB of disk." })
  @prop({ type: () => Number, required: true })
  readonly scratch_mb!: number;
}
