import { trusted } from "mongoose";
import type { App } from "../app.js";
import { DomainError } from "../errors.js";
import type { BuildVersion } from "./build-version.js";
import { userTag, versionTag } from "./image-names.js";
import type { UnneededTag } from "./leftover-images.js";

type ImageApp = Pick<App, "imageBuilder" | "store">;

const MAX_TAGS = 100;

/** Notes both tags of a build version for removal. Repeatable. */
export async function noteUnneededTags({ store }: Pick<App, "store">, version: BuildVersion): Promise<void> {
  const since = await store.now();
  const note = (_id: string, alias: object) =>
    store.unneededTags.updateOne({ _id }, { $set: { since }, ...alias }, { upsert: true });
  await note(userTag(version), {
    $addToSet: { "alias.images": version.docker_id },
    $setOnInsert: { "alias.proj": version.proj, "alias.tag": version.tag },
  });
  await note(versionTag(version), {});
}

/** Removes noted tags that nothing needs. Repeatable, by any number of processes. @throws RUNTIME_UNAVAILABLE */
export async function removeUnneededTags(app: ImageApp): Promise<void> {
  const { unneededTags, now } = app.store;
  // Tags in use come last, so that they do not delay the others.
  const noted = await unneededTags.find({}).sort({ seen_at: 1 }).limit(MAX_TAGS).toArray();
  for (const each of noted) {
    const { _id, since } = each;
    if (await tryUntag(app, each)) await unneededTags.deleteOne({ _id, since });
    else await unneededTags.updateOne({ _id }, { $set: { seen_at: await now() } });
  }
}

/** Removes the noted tags of a version if the engine allows it. @throws RUNTIME_UNAVAILABLE */
export async function removeTagsOf(app: ImageApp, version: BuildVersion): Promise<void> {
  const { unneededTags } = app.store;
  // The version's tag comes last: it may be the image's only one.
  for (const _id of [userTag(version), versionTag(version)]) {
    const noted = await unneededTags.findOne({ _id });
    if (noted && (await tryUntag(app, noted))) await unneededTags.deleteOne({ _id, since: noted.since });
  }
}

/** True if nothing is left to do. */
async function tryUntag(app: ImageApp, noted: UnneededTag): Promise<boolean> {
  try {
    return noted.alias ? await removeAlias(app, noted._id, noted.alias) : await removeTag(app, noted._id);
  } catch (error) {
    if (error instanceof DomainError && error.code === "IN_USE") return false;
    throw error;
  }
}

/** Removes a user's tag unless a current version or a foreign image has it. */
async function removeAlias(
  app: ImageApp,
  alias: string,
  { proj, tag, images }: NonNullable<UnneededTag["alias"]>,
): Promise<boolean> {
  const { imageBuilder, store } = app;
  const current = await currentOf(store, proj, tag);
  if (current) return !current.deleting;
  const inspected = await imageBuilder.inspect(alias);
  if (!inspected || !images.includes(inspected.id)) return true;
  await imageBuilder.untag(alias);
  // A version made in between gets its alias back.
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

async function removeTag({ imageBuilder }: ImageApp, tag: string): Promise<boolean> {
  await imageBuilder.untag(tag);
  return true;
}
