import type { App } from "../app.js";
import { changeRecord } from "../store/change-record.js";
import { type Intent, once } from "../store/intent.js";
import { required } from "../store/required.js";
import type { UndeployInput } from "./deployment.inputs.js";
import type { Deployment } from "./deployment.js";
import { availabilityOf } from "./replica-tasks.js";

/** Wants no replicas. The record stays, with all that it takes to deploy again. @throws NOT_FOUND */
export function undeploy(
  { store, work }: Pick<App, "store" | "work">,
  intent: Intent,
  { proj, name }: UndeployInput,
): Promise<Deployment> {
  return once({ store, work }, intent, async () => {
    const { _id } = await required(store.deployments, "deployment", [proj, name], ["input", "name"]);
    const wish = (current: Deployment) => ({
      replicas: 0,
      availability: availabilityOf({ ...current, replicas: 0 }, current.tasks),
    });
    const deployment = await changeRecord(store.deployments, _id, wish, intent);
    return deployment;
  });
}
