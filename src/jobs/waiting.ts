import { GraphQLDateTime } from "graphql-scalars";
import { Field, Int, ObjectType, registerEnumType } from "type-graphql";
import { type Task, TaskState } from "../graph/task.js";
import type { QueuedKind } from "./queue-order.js";
import type { Queue } from "./read-queue.js";

export enum WaitingReason {
  CAP = "CAP",
  PROJECT_CAP = "PROJECT_CAP",
  EARLIER_BUILD = "EARLIER_BUILD",
  ENGINE = "ENGINE",
  STARTING = "STARTING",
}
registerEnumType(WaitingReason, {
  name: "WaitingReason",
  description: "The reason why work waits.",
  valuesConfig: {
    CAP: { description: "As many builds or trainings are under way as may be at a time." },
    PROJECT_CAP: { description: "As many of the project are under way as may be at a time." },
    EARLIER_BUILD: { description: "An earlier build of the same tag has not ended." },
    ENGINE: { description: "The container engine does not answer, or lacks something: see `message`." },
    STARTING: { description: "Nothing holds it up: it is being started." },
  },
});

@ObjectType({ description: "The place in the queue of work that has not begun, and the reason why it waits." })
export class Waiting {
  @Field(() => Int, {
    nullable: true,
    description:
      "The place among all builds, or all trainings, that wait, from 1. It is computed when it is read, and no event tells of it. Null once it has had its turn.",
  })
  readonly place!: number | null;

  @Field(() => WaitingReason, { description: "The reason why it waits." })
  readonly reason!: WaitingReason;

  @Field(() => String, { description: "The reason in words, with the remedy if there is one." })
  readonly message!: string;

  @Field(() => GraphQLDateTime, { description: "The time since which it waits for this reason." })
  readonly since!: Date;
}

/** Returns why work waits; null if it does not, or if it was recorded or has begun a moment ago. */
export async function waitingOf(
  { _id, task }: { readonly _id: string; readonly task: Pick<Task, "state"> },
  kind: QueuedKind,
  readQueue: () => Promise<Queue>,
): Promise<Waiting | null> {
  if (task.state !== TaskState.WAITING) return null;
  const queue = await readQueue();
  const job = queue.jobs.find((each) => each._id === _id);
  if (!job) return null;
  const { place = null, hindrance = null } = queue.places.find((each) => each._id === _id) ?? {};
  const { reason: lack, since, asked } = job;
  if (lack !== null) return { place, reason: WaitingReason.ENGINE, message: lack, since };
  const reason = hindrance === null ? WaitingReason.STARTING : WaitingReason[hindrance];
  return { place, reason, message: messageOf(reason, kind, queue, job.proj), since: asked };
}

function messageOf(reason: WaitingReason, kind: QueuedKind, { caps }: Queue, proj: string): string {
  const [what, setting] = kind === "BUILD" ? ["builds", "BUILDS"] : ["trainings", "TRAININGS"];
  switch (reason) {
    case WaitingReason.CAP:
      return `No more than ${caps.all} ${what} run at a time (ROCAS_MAX_${setting}). It starts when its turn comes.`;
    case WaitingReason.PROJECT_CAP:
      return `No more than ${caps.ofProject(proj)} ${what} of the project run at a time (ROCAS_PROJECT_${setting}). It starts when its turn comes.`;
    case WaitingReason.EARLIER_BUILD:
      return "An earlier build of the same tag has not ended: builds of one tag follow each other.";
    default:
      return "It is being started.";
  }
}
