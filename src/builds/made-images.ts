import type { App } from "../app.js";

/** The next build of the same Dockerfile goes on from it until then. */
const KEPT_MS = 24 * 60 * 60 * 1000;
const MOST = 100;

/** Repeatable. */
export async function noteMade({ store }: Pick<App, "store">, image: string): Promise<void> {
  const due_at = new Date((await store.now()).getTime() + KEPT_MS);
  await store.madeImages.updateOne({ _id: image }, { $set: { due_at } }, { upsert: true });
}

/**
 * Removes the noted images that nothing needs: no tag, no container, and no image that was made from them. Not while a
 * build is under way, which may be about to use one. Repeatable, by any number of processes. @throws RUNTIME_UNAVAILABLE
 */
export async function removeMade(app: Pick<App, "store" | "imageBuilder">): Promise<void> {
  const { store } = app;
  const now = await store.now();
  const due = await store.madeImages
    .find({ due_at: { $lte: now } })
    .sort({ due_at: -1 })
    .limit(MOST)
    .toArray();
  let left = due.map(({ _id }) => _id);
  // An image that was made from another one goes before it, in whatever order they were noted.
  for (let before = Infinity; left.length > 0 && left.length < before;) {
    before = left.length;
    if (await isBuilding(app)) return;
    left = await keptOf(app, left);
  }
  const due_at = new Date(now.getTime() + KEPT_MS);
  await store.madeImages.updateMany({ _id: { $in: left }, due_at: { $lte: now } }, { $set: { due_at } });
}

/** Those that something needs; the others are gone then. */
async function keptOf({ store, imageBuilder }: Pick<App, "store" | "imageBuilder">, images: readonly string[]) {
  const kept: string[] = [];
  for (const _id of images)
    if (await imageBuilder.removeUntagged(_id)) await store.madeImages.deleteOne({ _id });
    else kept.push(_id);
  return kept;
}

const isBuilding = async ({ store }: Pick<App, "store">): Promise<boolean> =>
  (await store.jobs.findOne({
    cleanup: "PENDING",
    kind: "BUILD",
    state: { $in: ["STARTING", "RUNNING", "FINISHING"] },
  })) !== null;
