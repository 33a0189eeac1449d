import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes a folder with what is in it, read-only folders too; resolves also if there is none. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch {
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function makeWritable(folder: string): Promise<void> {
  await chmod(folder, 0o700).catch(goneMeanwhile);
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(goneMeanwhile))
    if (entry.isDirectory()) await makeWritable(join(folder, entry.name));
}

function goneMeanwhile(error: NodeJS.ErrnoException): [] {
  if (["ENOENT", "ENOTDIR", "EACCES"].includes(String(error.code))) return [];
  throw error;
}
