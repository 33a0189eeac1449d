import { prop } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, Float, Int, ObjectType } from "type-graphql";
import { TaskState } from "./task-state.js";

@ObjectType({ description: "How far a piece of work is. The reconciler writes it; no input can." })
export class Task {
  @Field(() => TaskState, { description: "How far it is." })
  @prop({ type: () => String, enum: TaskState, required: true })
  readonly state!: TaskState;

  @Field(() => Float, { description: "Between 0 and 1. That of a failed task stays where it was." })
  @prop({ type: () => Number, required: true })
  readonly progress!: number;

  @Field(() => GraphQLDateTime, {
    name: "startTime",
    nullable: true,
    description: "When it began to run; null until then.",
  })
  @prop({ type: () => Date })
  readonly start_time?: Date | null;

  @Field(() => GraphQLDateTime, { name: "updateTime", description: "When state or progress last changed." })
  @prop({ type: () => Date, required: true })
  readonly update_time!: Date;

  @Field(() => String, { nullable: true, description: "Why it failed, in the words of what failed." })
  @prop({ type: () => String })
  readonly error?: string | null;

  @Field(() => Int, {
    description: "Which attempt this is, from 1. Attempts are repeated only where our own side was at fault.",
  })
  @prop({ type: () => Number, required: true })
  readonly attempt!: number;
}

/** The task of a record just made. */
export const waitingTask = (now: Date): Task => ({
  state: TaskState.WAITING,
  progress: 0,
  start_time: null,
  update_time: now,
  error: null,
  attempt: 1,
});
