import { GraphQLDateTime } from "graphql-scalars";
import { ArgsType, Field, ID, Int, ObjectType, registerEnumType } from "type-graphql";
import type { ChangeEvent } from "./change-event.js";
import { RecordType } from "./record-type.js";

export enum RecordAction {
  CREATED = "CREATED",
  CHANGED = "CHANGED",
  SUPERSEDED = "SUPERSEDED",
  DELETED = "DELETED",
}
registerEnumType(RecordAction, {
  name: "RecordAction",
  description: "The kinds of change of a record.",
  valuesConfig: {
    CREATED: { description: "The record was made. One with files joins the lists when it is CHANGED to READY." },
    CHANGED: { description: "Fields of the record have new values: see `changedFields`." },
    SUPERSEDED: { description: "A later record has taken its name: it left the lists and stays reachable by id." },
    DELETED: { description: "The record is gone." },
  },
});

@ObjectType({ description: "A change of a record." })
export class RecordChange {
  @Field(() => RecordAction, { description: "The kind of change." })
  readonly action!: RecordAction;

  @Field(() => ID, {
    description:
      "The id of the record. It is not called `id`: clients that normalise by id would take the change for the record, which is in `record`.",
  })
  readonly recordId!: string;

  @Field(() => RecordType, { description: "The type of the record." })
  readonly type!: RecordType;

  @Field(() => [String], {
    description: "The natural key of the record: the names of its parents and its own. A build has its id there.",
  })
  readonly key!: readonly string[];

  @Field(() => Int, {
    description:
      "The number of changes of the record, from 1. To be superseded is no change and repeats the last number.",
  })
  readonly version!: number;

  @Field(() => GraphQLDateTime, { description: "The time of the change." })
  readonly at!: Date;

  @Field(() => String, {
    description: "The user who made the change; `rocas` if the server did, in the course of its work.",
  })
  readonly by!: string;

  /** The event behind the change: `changedFields` and `cursor` are resolved from it. */
  readonly event!: ChangeEvent;
}

@ArgsType()
export class RecordChangedArgs {
  @Field(() => [RecordType], { nullable: true, description: "The types of the records; all types if it is left out." })
  readonly types?: readonly RecordType[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The name of a project: itself, its builds, build versions, trainings, deployments and their revisions, and the models that it uses at that time, with their datasets and versions.",
  })
  readonly proj?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The name of a model: itself, its datasets and its versions. With `proj`, only while the project uses it.",
  })
  readonly model?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The `cursor` of the last change that was received: begins with what came after it, as far back as the database remembers changes.",
  })
  readonly after?: string | null;
}
