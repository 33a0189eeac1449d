import { isDuplicateKey } from "./store-errors.js";
import type { Store } from "./store.js";

/**
 * Returns a value that is chosen once for the whole installation. The first process chooses, and all others get its
 * choice.
 */
export async function chooseOnce<V extends string | number>(
  { installation }: Pick<Store, "installation">,
  name: string,
  choose: () => V | Promise<V>,
): Promise<V> {
  const found = await installation.findOne({ _id: name });
  if (found) return found.value as V;
  const value = await choose();
  try {
    await installation.insertOne({ _id: name, value });
    return value;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return chooseOnce({ installation }, name, choose);
  }
}
