import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LocalSource } from "../../src/source/local/local-source.js";
import { contentOf, silent } from "../contracts/source.contract.js";
import { openTempFolder, writeTree } from "./temp-folder.js";

/** A project with these files, in a folder below the only root. */
export async function openProject(files: Readonly<Record<string, string>>) {
  const base = await openTempFolder();
  const root = join(base.path, "root");
  const folder = join(root, "project");
  await mkdir(folder, { recursive: true });
  await writeTree(folder, files);
  const source = new LocalSource([root]);
  const request = (location: string) => ({ location, ref: null, credentials: null });
  return {
    base: base.path,
    root,
    folder,
    open: (location = "project") => source.open(request(location), silent),
    content: async () => {
      await using context = await source.open(request("project"), silent);
      return contentOf(context.stream());
    },
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}
