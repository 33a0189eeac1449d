import type { GraphQLResolveInfo } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root, Subscription } from "type-graphql";
import { Node } from "../graph/node.js";
import { nodeOf } from "../graph/node-of.js";
import type { RequestContext } from "../request-context.js";
import { writeChangeCursor } from "./change-cursor.js";
import { changedFields } from "./changed-fields.js";
import { followRecords } from "./follow-records.js";
import { followTasks } from "./follow-tasks.js";
import { RecordAction, RecordChange, RecordChangedArgs } from "./record-change.js";
import { TaskChange, TaskChangedArgs } from "./task-change.js";

/** A subscription by a use-case that gives its events. The context is that of its beginning: loaders of it must not be used for events. */
const by =
  <A>(
    follow: (app: RequestContext["app"], caller: RequestContext["caller"], args: A) => Promise<AsyncIterable<unknown>>,
  ) =>
  ({ args, context }: { args: unknown; context: unknown }) => {
    const { app, caller } = context as RequestContext;
    return follow(app, caller, args as A);
  };

@Resolver()
export class LiveResolver {
  @Subscription(() => TaskChange, {
    description:
      "How far a build, a training or the replicas of a deployment are: at once as it is, then at each change. It ends when the task has; that of a deployment when it is deleted, that of a project never. After a broken connection, subscribe again: nothing but states in between is lost.",
    subscribe: by(followTasks),
  })
  taskChanged(@Root() change: TaskChange, @Args(() => TaskChangedArgs) _: TaskChangedArgs): TaskChange {
    return change;
  }

  @Subscription(() => RecordChange, {
    description:
      "What happens to records, whoever does it: each insert, change, deletion, and loss of a name to a later record, in the order in which it became known, those of one record in the order in which they were made. After a broken connection `after` goes on where it was.",
    subscribe: by(followRecords),
  })
  recordChanged(@Root() change: RecordChange, @Args(() => RecordChangedArgs) _: RecordChangedArgs): RecordChange {
    return change;
  }
}

@Resolver(() => TaskChange)
export class TaskChangeResolver {
  @FieldResolver(() => Node, {
    nullable: true,
    description: "The record as it is now, which may be later than the change; null where it is gone.",
  })
  record(@Root() { recordId }: TaskChange, @Ctx() { loaders }: RequestContext) {
    return nodeOf(loaders, recordId);
  }
}

@Resolver(() => RecordChange)
export class RecordChangeResolver {
  @FieldResolver(() => [String], {
    description: "The fields of the record's type that have other values; empty where it was not CHANGED.",
  })
  changedFields(@Root() { action, event }: RecordChange, @Info() { schema }: GraphQLResolveInfo) {
    return action === RecordAction.CHANGED ? changedFields(schema, event) : [];
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description: "The record as it is now, which may be later than the change; null where it is gone.",
  })
  async record(@Root() { action, recordId }: RecordChange, @Ctx() { loaders }: RequestContext) {
    const record = await nodeOf(loaders, recordId);
    // The successor is the commit; the mark on the earlier record follows.
    return record && action === RecordAction.SUPERSEDED ? { ...record, superseded: true } : record;
  }

  @FieldResolver(() => String, { description: "Where this change stands: `after` goes on from there." })
  cursor(@Root() { action, event }: RecordChange, @Ctx() { app }: RequestContext) {
    const untold = action === RecordAction.SUPERSEDED ? event.id : null;
    return writeChangeCursor(app.cursors, { token: event.token, untold });
  }
}
