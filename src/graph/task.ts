import { prop } from "@typegoose/typegoose";
import { GraphQLDateTime } from "graphql-scalars";
import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

// Keys and values are the same: clients see the keys, MongoDB the values.
export enum TaskState {
  WAITING = "WAITING",
  RUNNING = "RUNNING",
  FINISHED = "FINISHED",
  FAILED = "FAILED",
  CANCELLED = "CANCELLED",
}
registerEnumType(TaskState, {
  name: "TaskState",
  description: "The state of a task. FINISHED, FAILED and CANCELLED are final.",
  valuesConfig: {
    WAITING: { description: "Recorded; nothing runs yet." },
    RUNNING: { description: "Under way." },
    FINISHED: { description: "Ended well." },
    FAILED: { description: "Ended badly: see the task's error." },
    CANCELLED: { description: "Ended on request; nothing of it runs any more." },
  },
});

const NEXT: Record<TaskState, readonly TaskState[]> = {
  [TaskState.WAITING]: [TaskState.RUNNING, TaskState.FAILED, TaskState.CANCELLED],
  [TaskState.RUNNING]: [TaskState.FINISHED, TaskState.FAILED, TaskState.CANCELLED],
  [TaskState.FINISHED]: [],
  [TaskState.FAILED]: [],
  [TaskState.CANCELLED]: [],
};

export const mayMove = (from: TaskState, to: TaskState): boolean => NEXT[from].includes(to);

export const hasEnded = (state: TaskState): boolean => NEXT[state].length === 0;

const STATES = Object.values(TaskState);
export const STATES_UNDER_WAY = STATES.filter((state) => !hasEnded(state));
export const ENDED_STATES = STATES.filter(hasEnded);

@ObjectType({ description: "The progress of a piece of work. The server writes it; no input can." })
export class Task {
  @Field(() => TaskState, { description: "The progress of the work." })
  @prop({ type: () => String, enum: TaskState, required: true })
  readonly state!: TaskState;

  @Field(() => Float, { description: "The part that is done, between 0 and 1. It stays as it was if the task fails." })
  @prop({ type: () => Number, required: true })
  readonly progress!: number;

  @Field(() => GraphQLDateTime, {
    name: "startTime",
    nullable: true,
    description: "The time at which it began to run; null until then.",
  })
  @prop({ type: () => Date })
  readonly start_time?: Date | null;

  @Field(() => GraphQLDateTime, {
    name: "updateTime",
    description: "The time at which state or progress last changed.",
  })
  @prop({ type: () => Date, required: true })
  readonly update_time!: Date;

  @Field(() => String, {
    nullable: true,
    description: "The reason why it failed, in the words of the part that failed; null if it did not fail.",
  })
  @prop({ type: () => String })
  readonly error?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The reason why it does not go on, such as a container engine that does not answer, with the remedy; null if nothing holds it up, and once it has ended. The work goes on by itself as soon as it can.",
  })
  @prop({ type: () => String })
  readonly reason?: string | null;

  @Field(() => Int, {
    description: "The number of the attempt, from 1. Work is attempted again only if the server was at fault.",
  })
  @prop({ type: () => Number, required: true })
  readonly attempt!: number;
}

/** Returns the task of a new record. */
export const waitingTask = (now: Date): Task => ({
  state: TaskState.WAITING,
  progress: 0,
  start_time: null,
  update_time: now,
  error: null,
  reason: null,
  attempt: 1,
});
