import type { App } from "../app.js";
import { DAY_MS } from "../units.js";

/** Until then, the next build of the same Dockerfile may reuse it. */
const KEPT_MS = DAY_MS;

const MAX_IMAGES = 100;

/** Repeatable. */
export async function noteIntermediateImage({ store }: Pick<App, "store">, image: string): Promise<void> {
  const due_at = new Date((await store.now()).getTime() + KEPT_MS);
  await store.intermediateImages.updateOne({ _id: image }, { $set: { due_at } }, { upsert: true });
}

/**
 * Removes noted images without tag, container or child, unless a build is under way, which may be about to use one.
 * Repeatable, by any number of processes. @throws RUNTIME_UNAVAILABLE
 */
export async function removeIntermediateImages(app: Pick<App, "store" | "imageBuilder">): Promise<void> {
  const { store } = app;
  const now = await store.now();
  const due = await store.intermediateImages
    .find({ due_at: { $lte: now } })
    .sort({ due_at: -1 })
    .limit(MAX_IMAGES)
    .toArray();
  if (due.length === 0) return;
  let remaining = due.map(({ _id }) => _id);
  // Children must go before their parents, so one round is not enough.
  for (let countBefore = Infinity; remaining.length > 0 && remaining.length < countBefore;) {
    countBefore = remaining.length;
    if (await isBuilding(app)) return;
    remaining = await removeUnused(app, remaining);
  }
  const due_at = new Date(now.getTime() + KEPT_MS);
  await store.intermediateImages.updateMany({ _id: { $in: remaining }, due_at: { $lte: now } }, { $set: { due_at } });
}

/** Returns those still needed; the others are removed. */
async function removeUnused({ store, imageBuilder }: Pick<App, "store" | "imageBuilder">, images: readonly string[]) {
  const kept: string[] = [];
  for (const _id of images)
    if (await imageBuilder.removeUntagged(_id)) await store.intermediateImages.deleteOne({ _id });
    else kept.push(_id);
  return kept;
}

const isBuilding = async ({ store }: Pick<App, "store">): Promise<boolean> =>
  (await store.jobs.findOne({
    cleanup: "PENDING",
    kind: "BUILD",
    state: { $in: ["STARTING", "RUNNING", "FINISHING"] },
  })) !== null;
