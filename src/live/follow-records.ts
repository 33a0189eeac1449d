import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { namesOf } from "../store/key-of.js";
import { required } from "../store/required.js";
import type { Store } from "../store/store.js";
import { type ChangePosition, readChangeCursor } from "./change-cursor.js";
import { eventsAfter } from "./events-after.js";
import { hear, type Hearing } from "./hear.js";
import { type HeardEvent, heardEvent } from "./heard-event.js";
import type { Life } from "./life.js";
import { ProjectScope } from "./project-scope.js";
import { RecordAction, type RecordChange, type RecordChangedArgs } from "./record-change.js";

type Needs = Pick<App, "store" | "live" | "cursors">;
const RESUME = "subscribe again with `after` and the `cursor` of the last change that came.";

type IsWanted = (event: HeardEvent) => boolean | Promise<boolean>;

/** Follows what happens to records from now on, or from a cursor. @throws BAD_USER_INPUT, NOT_FOUND */
export function followRecords(app: Needs, caller: Caller, args: RecordChangedArgs) {
  return app.live.follow<RecordChange>(async (life) => {
    const { types, proj, model, after } = args;
    const position = after == null ? null : readChangeCursor(app.cursors, after);
    const scope = proj == null ? null : await ProjectScope.of(app.store, proj);
    if (model != null) await required(app.store.models, "model", [model], ["model"]);

    const isOfTypes = ({ kind }: HeardEvent) => !types || types.includes(kind);
    const isWanted: IsWanted = scope ? async (event) => (await scope.holds(event)) && isOfTypes(event) : isOfTypes;
    const hearing: Hearing<HeardEvent> = {
      caller,
      // The project itself is heard in any case: it says which models it uses.
      wants: (event) =>
        (isOfTypes(event) || (event.kind === "project" && event.key === proj)) &&
        (model == null || isOf(app.store, model, event)),
    };
    return changes(app, await eventsFrom(app, life, position, hearing), isWanted);
  });
}

const isOf = ({ kinds }: Store, model: string, { kind, key }: HeardEvent): boolean =>
  kinds[kind].scope === "MODEL_NAME" && namesOf(key)[0] === model;

async function eventsFrom(
  app: Needs,
  life: Life,
  position: ChangePosition | null,
  hearing: Hearing<HeardEvent>,
): Promise<AsyncIterable<HeardEvent>> {
  if (position) return resumed(app, position, await eventsAfter(app, life, position.token, hearing, RESUME));
  return hear(app.live.events, life, hearing, RESUME);
}

/** The client may have been told only half of the event of its cursor. */
async function* resumed(
  { store }: Needs,
  { token, untold }: ChangePosition,
  later: AsyncGenerator<HeardEvent, void>,
): AsyncGenerator<HeardEvent, void> {
  const event = untold === null ? null : await store.events.findOne({ _id: untold });
  if (event) yield { ...heardEvent(event, token), isHalfTold: true };
  yield* later;
}

async function* changes(
  { live }: Needs,
  events: AsyncIterable<HeardEvent>,
  isWanted: IsWanted,
): AsyncGenerator<RecordChange, void> {
  for await (const event of events) {
    if (!(await isWanted(event))) continue;
    const earlier = event.isHalfTold ? null : await live.superseded.of(event);
    if (earlier)
      yield { ...change(event), action: RecordAction.SUPERSEDED, recordId: earlier._id, version: earlier.version };
    yield change(event);
  }
}

const ACTION: Record<HeardEvent["action"], RecordAction> = {
  INSERT: RecordAction.CREATED,
  CHANGE: RecordAction.CHANGED,
  DELETE: RecordAction.DELETED,
};

const change = (event: HeardEvent): RecordChange => ({
  action: ACTION[event.action],
  recordId: event.record,
  type: event.kind,
  key: namesOf(event.key),
  version: event.version,
  at: event.at,
  by: event.caller,
  event,
});
