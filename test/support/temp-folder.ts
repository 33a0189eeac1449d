import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface TempFolder extends AsyncDisposable {
  readonly path: string;
}

export async function openTempFolder(): Promise<TempFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "rocas-test-")));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Writes files below a folder; a content that starts with `-> ` makes a link. */
export async function writeTree(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const place = join(folder, name);
    await mkdir(dirname(place), { recursive: true });
    if (content.startsWith("-> ")) await symlink(content.slice(3), place);
    else await writeFile(place, content);
  }
}
