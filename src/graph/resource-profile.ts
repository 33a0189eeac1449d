import { prop } from "@typegoose/typegoose";
import { Field, Float, InputType, Int, ObjectType } from "type-graphql";

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

  @Field(() => Int, {
    name: "shmMb",
    nullable: true,
    description: "The size of `/dev/shm`, in MiB, which counts towards the memory. Null: as large as the memory.",
  })
  @prop({ type: () => Number })
  readonly shm_mb?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The number of GPUs. Null: none.",
  })
  @prop({ type: () => Number })
  readonly gpus?: number | null;

  @Field(() => [String], {
    name: "gpuDevices",
    nullable: true,
    description: "The GPUs by index, UUID or CDI name. Null: those that the engine chooses.",
  })
  @prop({ type: () => [String], default: undefined })
  readonly gpu_devices?: string[] | null;
}

@ObjectType({ description: "Resources of a container as far as they are said. What is null comes from elsewhere." })
export class ResourceSet {
  @Field(() => String, { nullable: true, description: "The name of a profile of the operator." })
  @prop({ type: () => String })
  readonly profile?: string | null;

  @Field(() => Float, { nullable: true, description: "The number of processors; 0.5 is half of one's time." })
  @prop({ type: () => Number })
  readonly cpus?: number | null;

  @Field(() => Int, { name: "memoryMb", nullable: true, description: "The memory, in MiB." })
  @prop({ type: () => Number })
  readonly memory_mb?: number | null;

  @Field(() => Int, { name: "shmMb", nullable: true, description: "The size of `/dev/shm`, in MiB." })
  @prop({ type: () => Number })
  readonly shm_mb?: number | null;

  @Field(() => Int, { nullable: true, description: "The number of processes and threads." })
  @prop({ type: () => Number })
  readonly pids?: number | null;

  @Field(() => Int, { name: "scratchMb", nullable: true, description: "The disk space, in MiB." })
  @prop({ type: () => Number })
  readonly scratch_mb?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "The number of GPUs.",
  })
  @prop({ type: () => Number })
  readonly gpus?: number | null;

  @Field(() => [String], {
    name: "gpuDevices",
    nullable: true,
    description: "The GPUs by index, UUID or CDI name.",
  })
  @prop({ type: () => [String], default: undefined })
  readonly gpu_devices?: string[] | null;
}

@InputType({
  description:
    "The resources of a container. What is left out comes from the profile, then from the project's defaults, then from the operator's. `resourceOptions` shows what there is.",
})
export class ResourcesInput {
  @Field(() => String, { nullable: true, description: "The name of a profile of the operator." })
  readonly profile?: string | null;

  @Field(() => Float, { nullable: true, description: "The number of processors, 0.01 or more." })
  readonly cpus?: number | null;

  @Field(() => Int, { nullable: true, description: "The memory, in MiB: 64 or more." })
  readonly memoryMb?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The size of `/dev/shm`, in MiB: no more than the memory, towards which it counts. As large as the memory if nothing says it.",
  })
  readonly shmMb?: number | null;

  @Field(() => Int, { nullable: true, description: "The number of processes and threads, 16 or more." })
  readonly pids?: number | null;

  @Field(() => Int, { nullable: true, description: "The disk space, in MiB." })
  readonly scratchMb?: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "The number of GPUs, chosen by the engine: Docker with the NVIDIA runtime gives the first ones to each container that asks so.",
  })
  readonly gpus?: number | null;

  @Field(() => [String], {
    nullable: true,
    description:
      "The GPUs by index (`0`), UUID (`GPU-...`) or CDI name (`nvidia.com/gpu=0`), 64 at most. It stands in the place of `gpus`.",
  })
  readonly gpuDevices?: string[] | null;
}
