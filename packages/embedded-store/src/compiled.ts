import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Returns the compiled form of a file of the store, by its path in this folder: workers and processes of the store
 * always run compiled, so that no loader of the process that starts them reaches into them.
 */
export function compiled(file: string): string {
  const path = fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
  if (!existsSync(path)) throw new Error(`The compiled store ${path} is missing: compile first (npm run build).`);
  return path;
}
