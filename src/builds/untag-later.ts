import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { BuildVersion } from "./build-version.js";
import { humanTag, ownTag } from "./image-names.js";
import type { UnneededTag } from "./unneeded-tag.js";

type Untagging = Pick<App, "imageBuilder" | "store">;

const MAX_TAGS = 100;

/**
 * Notes the tags of a build version that goes, for whenever the engine answers and no container uses its image: its own,
 * and the human one, which may be another version's by then. Repeatable.
 */
export async function noteTags({ store }: Pick<App, "store">, version: BuildVersion): Promise<void> {
  const since = await store.now();
  const note = (_id: string, alias: object) =>
    store.unneededImages.updateOne({ _id }, { $set: { since }, ...alias }, { upsert: true });
  await note(humanTag(version), {
    $addToSet: { "alias.images": version.docker_id },
    $setOnInsert: { "alias.proj": version.proj, "alias.tag": version.tag },
  });
  await note(ownTag(version), {});
}

/** Removes the noted tags that nothing needs. Repeatable, by any number of processes. @throws RUNTIME_UNAVAILABLE */
export async function untagNoted(app: Untagging): Promise<void> {
  const { unneededImages, now } = app.store;
  // Those that a container uses are many, perhaps: they do not keep the others waiting.
  const noted = await unneededImages.find({}).sort({ seen_at: 1 }).limit(MAX_TAGS).toArray();
  for (const each of noted) {
    const { _id, since } = each;
    if (await untagged(app, each)) await unneededImages.deleteOne({ _id, since });
    else await unneededImages.updateOne({ _id }, { $set: { seen_at: await now() } });
  }
}

/** Removes the tags of a version that is gone, as far as the engine lets it: the noted rest goes later. @throws RUNTIME_UNAVAILABLE */
export async function untagVersion(app: Untagging, version: BuildVersion): Promise<void> {
  const { unneededImages } = app.store;
  // The version's own tag last, since it may be the last tag of the image.
  for (const _id of [humanTag(version), ownTag(version)]) {
    const noted = await unneededImages.findOne({ _id });
    if (noted && (await untagged(app, noted))) await unneededImages.deleteOne({ _id, since: noted.since });
  }
}

/** True if nothing is left to do about it. */
async function untagged(app: Untagging, noted: UnneededTag): Promise<boolean> {
  try {
    return noted.alias ? await unaliased(app, noted._id, noted.alias) : await without(app, noted._id);
  } catch (error) {
    if (error instanceof DomainError && error.code === "IN_USE") return false;
    throw error;
  }
}

/** The alias is that of the current version, if there is one; what somebody else pointed it at stays. */
async function unaliased(
  app: Untagging,
  alias: string,
  { proj, tag, images }: NonNullable<UnneededTag["alias"]>,
): Promise<boolean> {
  const { imageBuilder, store } = app;
  const current = await currentOf(store, proj, tag);
  if (current) return !current.deleting;
  const seen = await imageBuilder.inspect(alias);
  if (!seen || !images.includes(seen.id)) return true;
  await imageBuilder.untag(alias);
  // One that was made meanwhile had its alias from before this.
  const later = await currentOf(store, proj, tag);
  if (later?.docker_id) await imageBuilder.tag(later.docker_id, alias);
  return true;
}

const currentOf = ({ buildVersions }: App["store"], proj: string, tag: string): Promise<BuildVersion | null> =>
  buildVersions
    .findOne({ proj: trusted({ $eq: proj }), tag: trusted({ $eq: tag }), superseded: false } as object)
    .sort({ seq: -1 })
    .lean<BuildVersion | null>()
    .exec();

async function without({ imageBuilder }: Untagging, tag: string): Promise<boolean> {
  await imageBuilder.untag(tag);
  return true;
}
