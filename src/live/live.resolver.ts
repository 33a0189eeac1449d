import { type GraphQLResolveInfo, type GraphQLSchema, isObjectType } from "graphql";
import { Args, Ctx, FieldResolver, Info, Resolver, Root, Subscription } from "type-graphql";
import { Deployment } from "../deployment/deployment.js";
import { graphName } from "../graph/drift.js";
import { TYPE_OF_KIND } from "../graph/id.js";
import { loadNode } from "../graph/node.resolver.js";
import { Reads } from "../graph/reads.js";
import { Node } from "../graph/stored-record.js";
import { LogPage } from "../jobs/log-page.js";
import type { RequestContext } from "../request-context.js";
import type { ChangeEvent } from "./change-event.js";
import { DriftDetectedArgs, DriftEvent } from "./drift-event.js";
import { subscribeToDrift } from "./drift-subscription.js";
import { LogArgs, subscribeToLog } from "./log-subscription.js";
import { RecordAction, RecordChange, RecordChangedArgs } from "./record-change.js";
import { subscribeToRecords, writeChangeCursor } from "./record-subscription.js";
import { TaskChange, TaskChangedArgs } from "./task-change.js";
import { subscribeToTasks } from "./task-subscription.js";

/** Subscribes by a use-case. It gets no loaders: those of the context would keep what they read at the beginning. */
const by =
  <A>(subscribe: (app: RequestContext["app"], args: A) => Promise<AsyncIterable<unknown>>) =>
  ({ args, context }: { args: unknown; context: unknown }) =>
    subscribe((context as RequestContext).app, args as A);

@Resolver()
export class LiveResolver {
  @Subscription(() => TaskChange, {
    description:
      "The progress of a build, of a training or of the replicas of a deployment: the present state at once, then each change. The subscription ends with the task; for a deployment it ends when that is deleted, for a project never. After a broken connection, subscribe again: only states in between are lost.",
    subscribe: by(subscribeToTasks),
  })
  taskChanged(@Root() change: TaskChange, @Args(() => TaskChangedArgs) _: TaskChangedArgs): TaskChange {
    return change;
  }

  @Subscription(() => LogPage, {
    description:
      "The output of a build, of a training or of the replicas of a deployment: first all that is there, then each new piece. The last page of a build, training or revision has `ended`; that of a deployment comes when it is deleted. Text without control characters. After a broken connection, `after` goes on from the last page received.",
    subscribe: by(subscribeToLog),
  })
  log(@Root() page: LogPage, @Args(() => LogArgs) _: LogArgs): LogPage {
    return page;
  }

  @Subscription(() => RecordChange, {
    description:
      "The changes of records, by any user or by the server: each insert, change, deletion, and loss of a name to a later record, in the order in which they became known; those of one record in the order in which they were made. After a broken connection, `after` goes on from the last change received.",
    subscribe: by(subscribeToRecords),
  })
  recordChanged(@Root() change: RecordChange, @Args(() => RecordChangedArgs) _: RecordChangedArgs): RecordChange {
    return change;
  }

  @Subscription(() => DriftEvent, {
    description:
      "An event each time that a snapshot in a deployment stops matching the current record: a tag was rebuilt, a dataset or version published anew, or a record changed or deleted of which a snapshot, nested ones too, is deployed. Each snapshot is reported once for each cause. Earlier drift is in the `status` of the snapshots.",
    subscribe: by(subscribeToDrift),
  })
  driftDetected(@Root() event: DriftEvent, @Args(() => DriftDetectedArgs) _: DriftDetectedArgs): DriftEvent {
    return event;
  }
}

@Resolver(() => DriftEvent)
export class DriftEventResolver {
  @FieldResolver(() => Deployment, { nullable: true, description: "The deployment; null if it is gone since." })
  @Reads(["deployment"])
  deployment(@Root() { deployment }: DriftEvent, @Ctx() { loaders }: RequestContext) {
    return loaders.deployment.load(deployment);
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description:
      "The record that is current under the name: another one, or the same with other content. Null if none is.",
  })
  @Reads(["live"])
  live(@Root() { live }: DriftEvent, @Ctx() { loaders }: RequestContext) {
    return live === null ? null : loadNode(loaders, live);
  }
}

@Resolver(() => TaskChange)
export class TaskChangeResolver {
  @FieldResolver(() => Node, {
    nullable: true,
    description: "The record as it is now, which may be later than the change; null if it is gone.",
  })
  @Reads(["recordId"])
  record(@Root() { recordId }: TaskChange, @Ctx() { loaders }: RequestContext) {
    return loadNode(loaders, recordId);
  }
}

@Resolver(() => RecordChange)
export class RecordChangeResolver {
  @FieldResolver(() => [String], {
    description: "The fields of the record's type that have other values; empty if it was not CHANGED.",
  })
  changedFields(@Root() { action, event }: RecordChange, @Info() { schema }: GraphQLResolveInfo) {
    return action === RecordAction.CHANGED ? changedFields(schema, event) : [];
  }

  @FieldResolver(() => Node, {
    nullable: true,
    description: "The record as it is now, which may be later than the change; null if it is gone.",
  })
  @Reads(["action", "recordId"])
  async record(@Root() { action, recordId }: RecordChange, @Ctx() { loaders }: RequestContext) {
    const record = await loadNode(loaders, recordId);
    // The record is superseded already; its mark may follow later.
    return record && action === RecordAction.SUPERSEDED ? { ...record, superseded: true } : record;
  }

  @FieldResolver(() => String, { description: "The position of this change among all, for `after`." })
  @Reads(["action", "event"])
  cursor(@Root() { action, event }: RecordChange, @Ctx() { app }: RequestContext) {
    const halfSent = action === RecordAction.SUPERSEDED ? event.id : null;
    return writeChangeCursor(app.cursors, { token: event.token, halfSent });
  }
}

/** Stored fields to fields of the graph, if the names differ. */
const FIELD_IN_GRAPH: Readonly<Record<string, string>> = {
  output: "outputNotebook",
  received: "uploads",
  last_arrival: "uploads",
  model: "models",
};

/** Returns the fields that the change set, without the store's internal ones. */
function changedFields(schema: GraphQLSchema, { action, kind, fields }: ChangeEvent): string[] {
  const type = schema.getType(TYPE_OF_KIND[kind]);
  if (action !== "CHANGE" || !isObjectType(type)) return [];
  const inGraph = type.getFields();
  const names = fields
    .flatMap((each) => [graphName(each), FIELD_IN_GRAPH[each] ?? ""])
    .filter((each) => Object.hasOwn(inGraph, each));
  return [...new Set(names)].sort();
}
