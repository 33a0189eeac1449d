import { chmod, lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes a folder with what is in it, read-only folders too; resolves also if there is none. */
export async function removeTree(path: string): Promise<void> {
  await makeWritable(path);
  await rm(path, { recursive: true, force: true });
}

async function makeWritable(path: string): Promise<void> {
  const seen = await lstat(path).catch(() => null);
  if (!seen?.isDirectory()) return;
  if ((seen.mode & 0o700) !== 0o700) await chmod(path, 0o700);
  for (const each of await readdir(path, { withFileTypes: true }))
    if (each.isDirectory()) await makeWritable(join(path, each.name));
}
