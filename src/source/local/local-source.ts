import type { Readable } from "node:stream";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Told } from "../../runtime/image-builder.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../source.js";
import { checkDockerfile, dockerfileIn } from "../tree/check-dockerfile.js";
import { checkTree, shown } from "../tree/check-tree.js";
import { lfsPointer, MOST_POINTER } from "../tree/lfs-pointer.js";
import { DockerIgnore } from "../tree/docker-ignore.js";
import { packTree } from "../tree/pack-tree.js";
import type { FileEntry, TreeEntry } from "../tree/tree-entry.js";
import { gitState } from "./git-state.js";
import { projectFolder } from "./project-folder.js";
import { readEntry, readFolder } from "./read-folder.js";

const LIMITS = { bytes: 2 * 1024 ** 3, entries: 100_000 };
const MOST_NAMED = 5;
const MOST_TEXT = 1024 * 1024;

/** Folders on this machine, inside the roots that the operator named. */
export class LocalSource implements Source {
  constructor(private readonly roots: readonly string[]) {}

  async open({ location, signal }: SourceRequest, told: Told): Promise<BuildContext> {
    const folder = await projectFolder(location, this.roots);
    const entries = await readFolder({ top: folder, ignore: await ignoreOf(folder), limits: LIMITS, signal });
    checkTree(entries, LIMITS);
    checkDockerfile(await textOf(folder, dockerfileIn(entries)));
    await refusePlaceholders(folder, entries);
    const state = await gitState(folder, signal);
    told(`${entries.length} files and folders, ${describe(state.gitVersion, state.gitDirty)}\n`);
    return {
      ...state,
      stream: (): Readable => packTree(entries, (file) => readEntry(folder, file)),
      async [Symbol.asyncDispose]() {},
    };
  }
}

/** What stands for something that was not fetched. @throws SourceError that names it */
async function refusePlaceholders(folder: string, entries: readonly TreeEntry[]): Promise<void> {
  const missing: string[] = [];
  for (const entry of entries)
    if (entry.kind === "file" && entry.size > 100 && entry.size <= MOST_POINTER)
      if (lfsPointer(await textOf(folder, entry))) missing.push(shown(entry.path));
  if (missing.length > 0)
    throw new SourceError(
      `Files of Git LFS are pointers only: ${missing.slice(0, MOST_NAMED).join(", ")}. Fetch them by \`git lfs pull\`, or name them in .dockerignore.`,
    );
  const file = entries.find(({ path, kind }) => path === ".gitmodules" && kind === "file");
  const text = file ? await textOf(folder, file as FileEntry) : "";
  for (const [, path] of text.matchAll(/^[ \t]*path[ \t]*=[ \t]*(.+?)[ \t\r]*$/gm)) {
    const isEmpty = !entries.some((entry) => entry.path.startsWith(`${path}/`));
    if (isEmpty && entries.some((entry) => entry.path === path && entry.kind === "folder"))
      throw new SourceError(
        `The submodule ${shown(path!)} is an empty folder: fetch it by \`git submodule update --init\`, or name it in .dockerignore.`,
      );
  }
}

const describe = (version: string | null, dirty: boolean | null) =>
  version === null ? "outside git" : `commit ${version}${dirty ? " with changes" : ""}`;

async function ignoreOf(folder: string): Promise<DockerIgnore> {
  const path = ".dockerignore";
  const seen = await lstat(join(folder, path)).catch(() => null);
  if (seen === null) return new DockerIgnore("");
  if (!seen.isFile()) throw new SourceError("The .dockerignore is no plain file.");
  return new DockerIgnore(await textOf(folder, { kind: "file", path, size: seen.size, executable: false }));
}

async function textOf(folder: string, file: FileEntry): Promise<string> {
  if (file.size > MOST_TEXT) throw new SourceError(`The ${file.path} is larger than 1 MiB.`);
  const pieces: Buffer[] = [];
  for await (const piece of readEntry(folder, file)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
