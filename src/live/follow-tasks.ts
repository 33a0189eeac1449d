import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { DomainError } from "../errors.js";
import { kindOf, KINDS } from "../graph/id.js";
import { TaskState } from "../graph/task-state.js";
import type { TaskedKind } from "../kinds.js";
import { byId, HIDDEN } from "../store/current.js";
import type { Records } from "../store/store.js";
import type { BoundedQueue } from "./bounded-queue.js";
import { hear } from "./hear.js";
import type { HeardEvent } from "./heard-event.js";
import type { Life } from "./life.js";
import { ProjectScope } from "./project-scope.js";
import type { TaskChange, TaskChangedArgs } from "./task-change.js";
import { isTasked, type TaskedRecord, taskNow, taskOfChange } from "./tasked.js";

type Needs = Pick<App, "store" | "live">;

const UNDER_WAY = [TaskState.WAITING, TaskState.RUNNING];

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

const listen = (
  { live }: Needs,
  caller: Caller,
  life: Life,
  wants: (event: HeardEvent) => boolean,
): Promise<BoundedQueue<HeardEvent>> =>
  hear(live.events, life, { caller, wants }, "subscribe again, which begins with the state as it is then.");

async function ofRecord(app: Needs, caller: Caller, life: Life, id: string) {
  const kind = kindOf(id);
  if (!isTasked(app.store, kind)) throw noTask();
  const queue = await listen(app, caller, life, ({ record }) => record === id);
  const [record] = (await byId(app.store.byKind[kind], [id])) as TaskedRecord[];
  if (!record) throw noTask();
  return fromNow(app, taskNow(kind, record), queue);
}

const noTask = () => new DomainError("NOT_FOUND", "There is no build, training or deployment of that id.", ["of"]);

async function* fromNow(
  { store }: Needs,
  now: TaskChange,
  queue: BoundedQueue<HeardEvent>,
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

async function ofProject(app: Needs, caller: Caller, life: Life, name: string) {
  const queue = await listen(app, caller, life, (event) => isTasked(app.store, event.kind) || event.key === name);
  return fromUnderWay(app, await ProjectScope.of(app.store, name), queue);
}

async function* fromUnderWay(
  app: Needs,
  scope: ProjectScope,
  queue: BoundedQueue<HeardEvent>,
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
  const states = store.kinds[kind].task === "OF_REPLICAS" ? {} : { "task.state": trusted({ $in: UNDER_WAY }) };
  return (store.byKind[kind] as unknown as Records<TaskedRecord>)
    .find({ proj, superseded: false, ...states } as object, HIDDEN)
    .lean<TaskedRecord[]>()
    .cursor();
}
