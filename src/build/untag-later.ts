import type { App } from "../app.js";
import { DomainError } from "../errors.js";

type Untagging = Pick<App, "imageBuilder" | "store">;

const MAX_TAGS = 100;

/**
 * Removes a tag that nothing will ever be given again. If a container uses the image it is noted, and `untagNoted`
 * removes it when the container is gone. Repeatable. @throws RUNTIME_UNAVAILABLE
 */
export async function untagOrNote(app: Untagging, tag: string): Promise<void> {
  if (await untagged(app, tag)) return;
  await noteTag(app, tag);
}

/** Notes the tag of a build version that goes, for whenever the engine answers and no container uses it. Repeatable. */
export async function noteTag({ store }: Pick<App, "store">, tag: string): Promise<void> {
  await store.unneededImages.updateOne({ _id: tag }, { $set: { since: await store.now() } }, { upsert: true });
}

/** Removes the noted tags that no container uses any more. Repeatable, by any number of processes. @throws RUNTIME_UNAVAILABLE */
export async function untagNoted(app: Untagging): Promise<void> {
  const noted = await app.store.unneededImages.find({}).limit(MAX_TAGS).toArray();
  for (const { _id } of noted) if (await untagged(app, _id)) await app.store.unneededImages.deleteOne({ _id });
}

async function untagged({ imageBuilder }: Pick<App, "imageBuilder">, tag: string): Promise<boolean> {
  try {
    await imageBuilder.untag(tag);
    return true;
  } catch (error) {
    if (error instanceof DomainError && error.code === "IN_USE") return false;
    throw error;
  }
}
