import { GraphQLDateTime } from "graphql-scalars";
import { trusted } from "mongoose";
import { ArgsType, Field, ID, Int, ObjectType } from "type-graphql";
import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { ReplicaTask } from "../deployment/deployment.js";
import { DomainError } from "../errors.js";
import { type Kind, kindOf, KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { hasEnded, Task, TaskState } from "../graph/task.js";
import type { TaskedKind } from "../kinds.js";
import { findByIds, HIDDEN } from "../store/read-records.js";
import type { Records, Store } from "../store/store.js";
import type { ChangeEvent } from "./change-event.js";
import { ProjectScope } from "./project-scope.js";
import { RecordType } from "./record-type.js";
import { type BoundedQueue, openQueue, type SubscriptionScope } from "./subscription.js";

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

const isTasked = ({ kinds }: Pick<Store, "kinds">, kind: Kind | null): kind is TaskedKind =>
  kind !== null && kinds[kind].task !== undefined;

/** A build, a training or a deployment. */
type TaskedRecord = AnyRecord & { readonly task?: Task; readonly tasks?: readonly ReplicaTask[] };

const taskChange = (
  kind: TaskedKind,
  { recordId, version, at }: Pick<TaskChange, "recordId" | "version" | "at">,
  task: Task | null,
  replicas: readonly ReplicaTask[],
): TaskChange => ({
  recordId,
  type: kind,
  version,
  at,
  task,
  replicas,
  ended: task !== null && hasEnded(task.state),
});

const taskNow = (kind: TaskedKind, { _id, version, modified_at, task, tasks }: TaskedRecord): TaskChange =>
  taskChange(kind, { recordId: _id, version, at: modified_at }, task ?? null, tasks ?? []);

/** The task that the event set, or null if it set none. */
function taskOfChange(
  store: Pick<Store, "kinds">,
  { record, kind, version, at, task, tasks }: ChangeEvent,
): TaskChange | null {
  if (!isTasked(store, kind) || (!task && !tasks)) return null;
  return taskChange(kind, { recordId: record, version, at }, task, tasks ?? []);
}

type Needs = Pick<App, "store" | "live">;

const STATES_UNDER_WAY = [TaskState.WAITING, TaskState.RUNNING];

/**
 * The task of one record, or those of a project: as they are, and then whenever they change.
 * @throws BAD_USER_INPUT, NOT_FOUND
 */
export function followTasks(app: Needs, caller: Caller, { of, proj }: TaskChangedArgs) {
  return app.live.follow<TaskChange>((life) => {
    if (of != null && proj == null) return ofRecord(app, caller, life, of);
    if (proj != null && of == null) return ofProject(app, caller, life, proj);
    throw new DomainError("BAD_USER_INPUT", "Give either `of` or `proj`, and not both.", [of == null ? "of" : "proj"]);
  });
}

const openTaskQueue = (
  { live }: Needs,
  caller: Caller,
  life: SubscriptionScope,
  wants: (event: ChangeEvent) => boolean,
): Promise<BoundedQueue<ChangeEvent>> =>
  openQueue(live.events, life, { caller, wants }, "subscribe again, which begins with the state as it is then.");

async function ofRecord(app: Needs, caller: Caller, life: SubscriptionScope, id: string) {
  const kind = kindOf(id);
  if (!isTasked(app.store, kind)) throw noTask();
  const queue = await openTaskQueue(app, caller, life, ({ record }) => record === id);
  const [record] = (await findByIds(app.store.byKind[kind], [id])) as TaskedRecord[];
  if (!record) throw noTask();
  return fromNow(app, taskNow(kind, record), queue);
}

const noTask = () => new DomainError("NOT_FOUND", "There is no build, training or deployment of that id.", ["of"]);

async function* fromNow(
  { store }: Needs,
  now: TaskChange,
  queue: BoundedQueue<ChangeEvent>,
): AsyncGenerator<TaskChange, void> {
  yield now;
  if (now.ended) return;
  for await (const event of queue) {
    if (event.action === "DELETE") return;
    const next = event.version > now.version ? taskOfChange(store, event) : null;
    if (next) yield next;
    if (next?.ended) return;
  }
}

async function ofProject(app: Needs, caller: Caller, life: SubscriptionScope, name: string) {
  const queue = await openTaskQueue(
    app,
    caller,
    life,
    (event) => isTasked(app.store, event.kind) || event.key === name,
  );
  return fromUnderWay(app, await ProjectScope.of(app.store, name), queue);
}

async function* fromUnderWay(
  app: Needs,
  scope: ProjectScope,
  queue: BoundedQueue<ChangeEvent>,
): AsyncGenerator<TaskChange, void> {
  // A change while it is read is heard too, and told once.
  const told = new Map<string, number>();
  for (const kind of KINDS.filter((each) => isTasked(app.store, each)))
    for await (const record of underWay(app, kind, scope.project!._id)) {
      told.set(record._id, record.version);
      yield taskNow(kind, record);
    }
  for await (const event of queue) {
    const isHeld = await scope.holds(event);
    const next = isHeld && event.version > (told.get(event.record) ?? 0) ? taskOfChange(app.store, event) : null;
    if (next?.ended || event.action === "DELETE") told.delete(event.record);
    if (next) yield next;
  }
}

/** A deployment has no end. */
function underWay({ store }: Needs, kind: TaskedKind, proj: string) {
  const states = store.kinds[kind].task === "OF_REPLICAS" ? {} : { "task.state": trusted({ $in: STATES_UNDER_WAY }) };
  return (store.byKind[kind] as unknown as Records<TaskedRecord>)
    .find({ proj, superseded: false, ...states } as object, HIDDEN)
    .lean<TaskedRecord[]>()
    .cursor();
}
