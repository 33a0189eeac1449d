import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, ID, Int, ObjectType } from "type-graphql";
import { ReplicaTask } from "../deployment/deployment.js";
import { Task } from "../graph/task.js";
import { RecordType } from "./record-type.js";

@ObjectType({ description: "The progress of a build, of a training or of the replicas of a deployment." })
export class TaskChange {
  @Field(() => ID, {
    description:
      "The id of the build, training or deployment. It is not called `id`: clients that normalise by id would take the change for the record.",
  })
  readonly recordId!: string;

  @Field(() => RecordType, { description: "The type of the record: BUILD, TRAINING or DEPLOYMENT." })
  readonly type!: RecordType;

  @Field(() => Int, { description: "The number of changes of the record: a later state has a higher one." })
  readonly version!: number;

  @Field(() => GraphQLDateTime, { description: "The time of the change." })
  readonly at!: Date;

  @Field(() => Task, { nullable: true, description: "The task of the build or training; null for a deployment." })
  readonly task!: Task | null;

  @Field(() => [ReplicaTask], {
    description: "The task of each replica of the deployment; empty for a build or training.",
  })
  readonly replicas!: readonly ReplicaTask[];

  @Field(() => Boolean, {
    description: "True if the task has ended and never changes again. Always false for a deployment.",
  })
  readonly ended!: boolean;
}

@ArgsType()
export class TaskChangedArgs {
  @Field(() => ID, {
    nullable: true,
    description: "The id of a build, training or deployment. Either this or `proj`.",
  })
  readonly of?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The name of a project: everything of it that is under way, or comes to be. Either this or `of`.",
  })
  readonly proj?: string | null;
}
