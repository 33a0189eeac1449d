import { registerEnumType } from "type-graphql";

// type-graphql shows the keys to clients and Mongo stores the values, so they are spelt the same.
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
