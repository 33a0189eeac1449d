import type { App } from "../app.js";
import type { Job } from "../jobs/job.js";
import type { Credentials, Told } from "../runtime/image-builder.js";
import { humanTag, inRegistry, ownTag } from "./image-names.js";
import { orAborted } from "./or-aborted.js";

/**
 * Pushes the image under the tag of its build version, then under the human one, and gives the manifest digest. A
 * repeated call pushes what is missing. @throws ImageBuildError with what the registry said
 */
export async function pushImage(
  { imageBuilder }: Pick<App, "imageBuilder">,
  registry: string,
  of: Pick<Job, "proj"> & { readonly version: string; readonly tag: string; readonly image: string },
  credentials: Credentials | null,
  { signal, told }: { readonly signal: AbortSignal; readonly told: Told },
): Promise<string> {
  const own = inRegistry(registry, ownTag({ proj: of.proj, _id: of.version }));
  const human = inRegistry(registry, humanTag(of));
  try {
    await imageBuilder.tag(of.image, own);
    const digest = await orAborted(signal, imageBuilder.push(own, credentials, told));
    await imageBuilder.tag(of.image, human);
    await orAborted(signal, imageBuilder.push(human, credentials, told));
    return digest;
  } finally {
    // They are the registry's; on the engine the image has tags of its own.
    await Promise.all([own, human].map((tag) => imageBuilder.untag(tag)));
  }
}
