import type { Loaders } from "../loaders.js";
import { kindOf } from "./id.js";

/** The record of that id, superseded or not, or null. */
export async function nodeOf(loaders: Loaders, id: string): Promise<object | null> {
  const kind = kindOf(id);
  return kind ? loaders.byId[kind].load(id) : null;
}
