import type { Pin } from "../graph/snapshot.js";
import type { Loaders } from "../loaders.js";
import type { ModelVersionSnapshot } from "./model-version.js";

/** The snapshot that a pin stands for, taken when the pin was. @throws if the copy is gone, which nothing of ours does. */
export async function loadPinned(
  { pinnedVersion }: Pick<Loaders, "pinnedVersion">,
  { hash, taken_at }: Pin,
): Promise<ModelVersionSnapshot> {
  const copy = await pinnedVersion.load(hash);
  if (!copy) throw new Error(`The snapshot ${hash} is missing.`);
  return { ...copy, taken_at };
}
