import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import { newId } from "../graph/id.js";
import { changeRecord } from "../store/change-record.js";
import { forgetUse } from "../store/forget-use.js";
import type { Intent } from "../store/intent.js";
import type { Store } from "../store/store.js";
import { isGoingMeanwhile, refuseDeleting } from "../store/under-parent.js";
import type { Deployment } from "./deployment.js";
import { heldBy } from "./held-by.js";
import { availabilityOf } from "./replica-tasks.js";
import { type DeploymentPatch, type Wanted, wishAfter } from "./wish-after.js";

/** With the wish, so that nobody who waits for it takes the availability of an earlier one for its own. */
const wished = (wish: Wanted, { tasks }: Deployment) => ({
  ...wish,
  holds: heldBy(wish),
  availability: availabilityOf(wish, tasks),
});

/**
 * Changes what is wanted of a deployment. As after an insert, what a new revision needs is read again after the write:
 * a deletion that began meanwhile has not seen it.
 * @throws CONFLICT if the deployment or something that it needs is being deleted; then what was wanted before is.
 */
export async function changeWish(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  id: string,
  asked: DeploymentPatch,
): Promise<Deployment> {
  const newRevision = newId("revision");
  let before: Deployment | undefined;
  const changed = await changeRecord(
    store.deployments,
    id,
    (current) => {
      refuseDeleting(current);
      before = current;
      return wished(wishAfter(current, asked, newRevision), current);
    },
    intent,
  );
  if (!before || changed.revision_id !== newRevision || !(await needsWhatGoes(store, changed))) return changed;
  await takeBack(store, intent, before, changed);
  await work.relay(id);
  throw new DomainError(
    "CONFLICT",
    "A record that the deployment needs is being deleted: name another, or wait and make it again.",
  );
}

async function needsWhatGoes({ byKind }: Store, { bvers, movers }: Deployment): Promise<boolean> {
  const going = await Promise.all([
    ...(bvers ? [isGoingMeanwhile(byKind.bvers, bvers._id)] : []),
    ...movers.map(({ _id }) => isGoingMeanwhile(byKind.movers, _id)),
  ]);
  return going.includes(true);
}

/** By one more revision: the refused one may have been relayed already. A later change that replaced it stays. */
async function takeBack(store: Store, intent: Intent, before: Deployment, refused: Deployment): Promise<void> {
  const { bvers, notebook, movers, details } = before;
  await changeRecord(
    store.deployments,
    refused._id,
    (current) => {
      if (current.revision_id !== refused.revision_id) return null;
      const replicas = current.replicas === refused.replicas ? before.replicas : current.replicas;
      const revision = { revision: current.revision + 1, revision_id: newId("revision") };
      return wished(
        { ...revision, bvers: bvers ?? null, notebook: notebook ?? null, movers, details, replicas },
        current,
      );
    },
    { ...intent, idempotencyKey: null },
  );
  await forgetUse(store.deployments, refused._id, intent);
}
