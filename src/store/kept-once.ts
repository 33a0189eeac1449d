import { isDuplicateKey } from "./duplicate-key.js";
import type { Store } from "./store.js";

/** A value that is chosen once for the whole installation: the first process to ask decides, all others hear its choice. */
export async function keptOnce<V extends string | number>(
  { installation }: Pick<Store, "installation">,
  name: string,
  choose: () => V | Promise<V>,
): Promise<V> {
  const kept = await installation.findOne({ _id: name });
  if (kept) return kept.value as V;
  const value = await choose();
  try {
    await installation.insertOne({ _id: name, value });
    return value;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return keptOnce({ installation }, name, choose);
  }
}
