import type { App } from "../app.js";
import type { Job } from "../jobs/job.js";
import type { Credentials, OnLog } from "../runtime/image-builder.js";
import { abortable } from "./abortable.js";
import { registryTag, userTag, versionTag } from "./image-names.js";

/** Pushes both tags of an image and returns the manifest digest. Repeatable. @throws ImageBuildError */
export async function pushImage(
  { imageBuilder }: Pick<App, "imageBuilder">,
  registry: string,
  of: Pick<Job, "proj"> & { readonly version: string; readonly tag: string; readonly image: string },
  credentials: Credentials | null,
  { signal, onLog }: { readonly signal: AbortSignal; readonly onLog: OnLog },
): Promise<string> {
  const versionRef = registryTag(registry, versionTag({ proj: of.proj, _id: of.version }));
  const userRef = registryTag(registry, userTag(of));
  try {
    await imageBuilder.tag(of.image, versionRef);
    const digest = await abortable(signal, imageBuilder.push(versionRef, credentials, onLog));
    await imageBuilder.tag(of.image, userRef);
    await abortable(signal, imageBuilder.push(userRef, credentials, onLog));
    return digest;
  } finally {
    // Only the registry needs these tags.
    await Promise.all([versionRef, userRef].map((tag) => imageBuilder.untag(tag)));
  }
}
