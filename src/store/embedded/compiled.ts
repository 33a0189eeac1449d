import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The compiled form of a file of the store, by its path in this folder: workers and processes of the store always run
 * compiled, so that no loader of the process that starts them reaches into them.
 */
export function compiled(file: string): string {
  const path = join(packageRoot(dirname(fileURLToPath(import.meta.url))), "dist/store/embedded", file);
  if (!existsSync(path))
    throw new Error(`The compiled store ${path} is missing: compile first (npx tsc -p tsconfig.build.json).`);
  return path;
}

function packageRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("No package.json above the store's code.");
  return packageRoot(parent);
}
