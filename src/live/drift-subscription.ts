import type { App } from "../app.js";
import { keyOf } from "../graph/id.js";
import { requireCurrent } from "../store/read-records.js";
import type { BoundedQueue } from "./bounded-queue.js";
import type { ChangeEvent } from "./change-event.js";
import type { DriftDetectedArgs, DriftEvent } from "./drift-event.js";
import { mayCauseDrift } from "./find-drifts.js";
import { openQueue } from "./subscription.js";

type Needs = Pick<App, "store" | "live">;

const RESUME = "subscribe again, and read the `status` of what your deployments serve.";

/** Subscribes to the drift of deployed snapshots from now on. @throws NOT_FOUND */
export function subscribeToDrift(app: Needs, { proj }: DriftDetectedArgs) {
  return app.live.subscribe<DriftEvent>(async (scope) => {
    if (proj != null) await requireCurrent(app.store.projects, "project", [proj], ["proj"]);
    const queue = await openQueue(app.live.events, scope, (event) => mayCauseDrift(app.store, event), RESUME);
    return driftsIn(app, queue, proj ?? null);
  });
}

async function* driftsIn(
  { live }: Needs,
  queue: BoundedQueue<ChangeEvent>,
  proj: string | null,
): AsyncGenerator<DriftEvent, void> {
  for await (const event of queue)
    for (const drift of await live.drifts.of(event))
      if (proj === null || drift.deploymentKey.startsWith(keyOf(proj, ""))) yield drift;
}
