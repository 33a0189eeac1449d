import type { App } from "../app.js";
import { namesOf } from "../graph/id.js";
import type { Cursors } from "../lists/page.js";
import { requireCurrent } from "../store/read-records.js";
import type { Store } from "../store/store.js";
import { type ChangeEvent, changeEvent } from "./change-event.js";
import { eventsAfter } from "./events-after.js";
import { ProjectScope } from "./project-scope.js";
import type { RecordChange, RecordChangedArgs } from "./record-change.js";
import { type EventFilter, openQueue, type SubscriptionScope } from "./subscription.js";

const CURSOR_LIST = "recordChanged";

/** The position of a client among all changes. */
interface ChangePosition {
  /** The token of the last event that the client has. */
  readonly token: string;
  /** The id of that event, if the client has its SUPERSEDED change alone. The change of the new record follows. */
  readonly halfSent: string | null;
}

export const writeChangeCursor = (cursors: Cursors, { token, halfSent }: ChangePosition): string =>
  cursors.write(CURSOR_LIST, { values: [halfSent], id: token });

/** @throws BAD_USER_INPUT if the cursor is not one of a change */
function readChangeCursor(cursors: Cursors, cursor: string): ChangePosition {
  const { values, id } = cursors.read(CURSOR_LIST, cursor, "after");
  return { token: id, halfSent: (values[0] as string | null | undefined) ?? null };
}

type Needs = Pick<App, "store" | "live" | "cursors">;
const RESUME = "subscribe again with `after` and the `cursor` of the last change that came.";

type IsWanted = (event: ChangeEvent) => boolean | Promise<boolean>;

/** Subscribes to the changes of records from now on, or after a cursor. @throws BAD_USER_INPUT, NOT_FOUND */
export function subscribeToRecords(app: Needs, args: RecordChangedArgs) {
  return app.live.subscribe<RecordChange>(async (scope) => {
    const { types, proj, model, after } = args;
    const position = after == null ? null : readChangeCursor(app.cursors, after);
    if (model != null) await requireCurrent(app.store.models, "model", [model], ["model"]);

    const isSelected = (event: ChangeEvent): boolean =>
      (!types || types.includes(event.kind)) && (model == null || isUnderModel(app.store, model, event));
    // The project's own events say which models it uses.
    const wants: EventFilter<ChangeEvent> = (event) =>
      isSelected(event) || (event.kind === "project" && event.key === proj);
    const events = await eventsFrom(app, scope, position, wants);
    // After the subscription: no change of the project is missed.
    const project = proj == null ? null : await ProjectScope.of(app.live.projects, proj);
    const isWanted: IsWanted = project
      ? async (event) => (await project.includes(event)) && isSelected(event)
      : isSelected;
    return toChanges(app, events, isWanted);
  });
}

const isUnderModel = ({ kinds }: Store, model: string, { kind, key }: ChangeEvent): boolean =>
  kinds[kind].scope === "MODEL_NAME" && namesOf(key)[0] === model;

async function eventsFrom(
  app: Needs,
  scope: SubscriptionScope,
  position: ChangePosition | null,
  wants: EventFilter<ChangeEvent>,
): Promise<AsyncIterable<ChangeEvent>> {
  if (position) return resumed(app, position, await eventsAfter(app, scope, position.token, wants, RESUME));
  return openQueue(app.live.events, scope, wants, RESUME);
}

/** Yields the half-sent event of the position, then the later events. */
async function* resumed(
  { store }: Needs,
  { token, halfSent }: ChangePosition,
  later: AsyncGenerator<ChangeEvent, void>,
): AsyncGenerator<ChangeEvent, void> {
  const event = halfSent === null ? null : await store.events.findOne({ _id: halfSent });
  if (event) yield { ...changeEvent(event, token), isHalfSent: true };
  yield* later;
}

async function* toChanges(
  { live }: Needs,
  events: AsyncIterable<ChangeEvent>,
  isWanted: IsWanted,
): AsyncGenerator<RecordChange, void> {
  for await (const event of events) {
    const wanted = isWanted(event);
    // Awaited only if it must be: this runs for every event of every subscription.
    if (wanted === false || (wanted !== true && !(await wanted))) continue;
    for (const change of await live.changes.of(event)) yield change;
  }
}
