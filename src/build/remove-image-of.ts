import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { BuildVersion } from "../build-version/build-version.js";
import { humanTag, ownTag } from "./image-names.js";

/**
 * Removes the tags that keep the image of a build version, and with the last one the image, unless another version has
 * it or a container uses it. Repeatable. @throws RUNTIME_UNAVAILABLE
 */
export async function removeImageOf(
  { imageBuilder, store }: Pick<App, "imageBuilder" | "store">,
  version: BuildVersion,
): Promise<void> {
  await imageBuilder.untag(ownTag(version));
  const human = humanTag(version);
  const aliased = await imageBuilder.inspect(human);
  if (!aliased || aliased.id !== version.docker_id) return;
  const another = await store.buildVersions.findOne({
    key: trusted({ $eq: version.key }),
    superseded: false,
    _id: trusted({ $ne: version._id }),
  });
  // The alias is that of the current version; the same image may have been made twice.
  if (!another) await imageBuilder.untag(human);
}
