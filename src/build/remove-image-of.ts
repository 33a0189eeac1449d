import { trusted } from "mongoose";
import type { App } from "../app.js";
import type { BuildVersion } from "../build-version/build-version.js";
import { humanTag, ownTag } from "./image-names.js";
import { untagOrNote } from "./untag-later.js";

/**
 * Removes the tags that keep the image of a build version, and with the last one the image, unless another version has
 * it or a container uses it. Repeatable. @throws RUNTIME_UNAVAILABLE
 */
export async function removeImageOf(
  { imageBuilder, store }: Pick<App, "imageBuilder" | "store">,
  version: BuildVersion,
): Promise<void> {
  const human = humanTag(version);
  const aliased = await imageBuilder.inspect(human);
  // The alias is that of the current version; the same image may have been made twice.
  if (aliased?.id === version.docker_id && !(await another(store, version))) await imageBuilder.untag(human);
  // Last, since it may be the last tag, which stays while a container uses the image.
  await untagOrNote({ imageBuilder, store }, ownTag(version));
}

const another = ({ buildVersions }: App["store"], { _id, key }: BuildVersion) =>
  buildVersions.findOne({ key: trusted({ $eq: key }), superseded: false, _id: trusted({ $ne: _id }) });
