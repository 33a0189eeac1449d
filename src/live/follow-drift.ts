import type { App } from "../app.js";
import type { Caller } from "../caller.js";
import { keyOf } from "../graph/id.js";
import { requireCurrent } from "../store/read-records.js";
import type { ChangeEvent } from "./change-event.js";
import { type DriftDetectedArgs, type DriftEvent, mayCauseDrift } from "./drift-events.js";
import { type BoundedQueue, mayHear, openQueue } from "./subscription.js";

type Needs = Pick<App, "store" | "live">;

const RESUME = "subscribe again, and read the `status` of what your deployments serve.";

/** Follows what drifts away from what is deployed, from now on. @throws NOT_FOUND */
export function followDrift(app: Needs, caller: Caller, { proj }: DriftDetectedArgs) {
  return app.live.follow<DriftEvent>(async (life) => {
    if (proj != null) await requireCurrent(app.store.projects, "project", [proj], ["proj"]);
    const queue = await openQueue(
      app.live.events,
      life,
      { caller, wants: (event) => mayCauseDrift(app.store, event) },
      RESUME,
    );
    return drifts(app, caller, queue, proj ?? null);
  });
}

async function* drifts(
  { live }: Needs,
  caller: Caller,
  queue: BoundedQueue<ChangeEvent>,
  proj: string | null,
): AsyncGenerator<DriftEvent, void> {
  for await (const event of queue)
    for (const drift of await live.drifts.of(event)) {
      const isWanted = proj === null || drift.deploymentKey.startsWith(keyOf(proj, ""));
      if (isWanted && mayHear(caller, drift.deployment)) yield drift;
    }
}
