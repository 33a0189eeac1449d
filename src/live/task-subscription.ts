import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { ReplicaTask } from "../deployment/deployment.js";
import { DomainError } from "../errors.js";
import { kindOf, KINDS } from "../graph/id.js";
import type { AnyRecord } from "../graph/stored-record.js";
import { STATES_UNDER_WAY, type Task } from "../graph/task.js";
import type { TaskedKind } from "../kinds.js";
import { findByIds, HIDDEN } from "../store/read-records.js";
import type { Records } from "../store/store.js";
import type { BoundedQueue } from "./bounded-queue.js";
import type { ChangeEvent } from "./change-event.js";
import { ProjectScope } from "./project-scope.js";
import { openQueue, type SubscriptionScope } from "./subscription.js";
import type { TaskChange, TaskChangedArgs } from "./task-change.js";
import { hasTasks, taskChange } from "./task-of-event.js";

/** A build, a training or a deployment. */
type TaskedRecord = AnyRecord & { readonly task?: Task; readonly tasks?: readonly ReplicaTask[] };

const currentTask = (kind: TaskedKind, { _id, version, modified_at, task, tasks }: TaskedRecord): TaskChange =>
  taskChange(kind, { recordId: _id, version, at: modified_at }, task ?? null, tasks ?? []);

type Needs = Pick<App, "store" | "live">;

const RESUME = "subscribe again, which begins with the state as it is then.";

/**
 * Subscribes to the task of one record, or to those of a project: the present state first, then each change.
 * @throws BAD_USER_INPUT, NOT_FOUND
 */
export function subscribeToTasks(app: Needs, { of, proj }: TaskChangedArgs) {
  return app.live.subscribe<TaskChange>((scope) => {
    if (of != null && proj == null) return tasksOfRecord(app, scope, of);
    if (proj != null && of == null) return tasksOfProject(app, scope, proj);
    throw new DomainError("BAD_USER_INPUT", "Give either `of` or `proj`, and not both.", [of == null ? "of" : "proj"]);
  });
}

async function tasksOfRecord(app: Needs, scope: SubscriptionScope, id: string) {
  const kind = kindOf(id);
  if (!hasTasks(app.store, kind)) throw noTask();
  // The queue opens before the read, so that no change is missed.
  const queue = await openQueue(app.live.events, scope, ({ record }) => record === id, RESUME);
  const [record] = (await findByIds(app.store.byKind[kind], [id])) as TaskedRecord[];
  if (!record) throw noTask();
  return untilEnd(app, currentTask(kind, record), queue);
}

const noTask = () => new DomainError("NOT_FOUND", "There is no build, training or deployment of that id.", ["of"]);

async function* untilEnd(
  { live }: Needs,
  current: TaskChange,
  queue: BoundedQueue<ChangeEvent>,
): AsyncGenerator<TaskChange, void> {
  yield current;
  if (current.ended) return;
  for await (const event of queue) {
    if (event.action === "DELETE") return;
    const next = event.version > current.version ? await live.tasks.of(event) : null;
    if (next) yield next;
    if (next?.ended) return;
  }
}

async function tasksOfProject(app: Needs, scope: SubscriptionScope, name: string) {
  const wants = ({ kind, key }: ChangeEvent): boolean => hasTasks(app.store, kind) || key === name;
  const queue = await openQueue(app.live.events, scope, wants, RESUME);
  return allOfProject(app, await ProjectScope.of(app.live.projects, name), queue);
}

async function* allOfProject(
  app: Needs,
  project: ProjectScope,
  queue: BoundedQueue<ChangeEvent>,
): AsyncGenerator<TaskChange, void> {
  // A change during the read is in the queue too, and skipped there.
  const sentVersions = new Map<string, number>();
  for (const kind of KINDS.filter((each) => hasTasks(app.store, each)))
    for await (const record of recordsUnderWay(app, kind, project.project!)) {
      sentVersions.set(record._id, record.version);
      yield currentTask(kind, record);
    }
  for await (const event of queue) {
    const isIncluded = await project.includes(event);
    const isNew = isIncluded && event.version > (sentVersions.get(event.record) ?? 0);
    const next = isNew ? await app.live.tasks.of(event) : null;
    if (next?.ended || event.action === "DELETE") sentVersions.delete(event.record);
    if (next) yield next;
  }
}

/** Reads the records with work under way. Deployments always have some. */
function recordsUnderWay({ store }: Needs, kind: TaskedKind, proj: string) {
  const states = store.kinds[kind].task === "OF_REPLICAS" ? {} : { "task.state": trusted({ $in: STATES_UNDER_WAY }) };
  return (store.byKind[kind] as unknown as Records<TaskedRecord>)
    .find({ proj, superseded: false, ...states } as object, HIDDEN)
    .lean<TaskedRecord[]>()
    .cursor();
}
