import { STATE_FOLDER } from "../container-policy.js";
import { SCRATCH_FOLDER } from "../scratch-folder.js";
import type { InspectedImage } from "./engine-answers.js";

/**
 * A sentence where the image declares volumes, which the engine would make for every container: writable, unmeasured and
 * not among those that go with it.
 */
export function declaredVolumes({ Config }: InspectedImage): string | null {
  const others = Object.keys(Config?.Volumes ?? {}).filter((each) => each !== STATE_FOLDER && each !== SCRATCH_FOLDER);
  if (others.length === 0) return null;
  return `The image declares a volume (${others[0]!.slice(0, 200)}); take VOLUME out of the Dockerfile: what runs writes below /work.`;
}
