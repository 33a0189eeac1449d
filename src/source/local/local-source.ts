import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { OnLog } from "../../runtime/image-builder.js";
import { MIB } from "../../units.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../source.js";
import { checkDockerfile, DOCKERFILE, dockerfileIn } from "../tree/check-dockerfile.js";
import { checkTree, quotedPath } from "../tree/check-tree.js";
import { DockerIgnore, ignoreFilesOf } from "../tree/docker-ignore.js";
import { packTree } from "../tree/pack-tree.js";
import {
  type FileHead,
  HEAD_BYTES,
  MAX_ANNEX_POINTER,
  MAX_LFS_POINTER,
  parseLfsPointer,
  refusePlaceholders,
} from "../tree/placeholders.js";
import type { FileEntry, TreeEntry } from "../tree/tree-entry.js";
import { filteredPaths } from "./filtered-paths.js";
import { gitState } from "./git-state.js";
import { findProjectFolder, readEntry, readFolder } from "./project-folder.js";

const LIMITS = { bytes: 2 * 1024 ** 3, entries: 100_000 };
const MAX_LISTED = 5;
const MAX_TEXT_BYTES = MIB;

/** Reads folders of this machine that lie inside the operator's roots. */
export class LocalSource implements Source {
  constructor(private readonly roots: readonly string[]) {}

  async open(request: SourceRequest, onLog: OnLog): Promise<BuildContext> {
    const { location, dockerfile = DOCKERFILE, signal } = request;
    const folder = await findProjectFolder(location, this.roots);
    const entries = await readFolder({
      top: folder,
      ignore: await ignoreOf(folder, dockerfile),
      limits: LIMITS,
      signal,
    });
    checkTree(entries, LIMITS);
    const builder = checkDockerfile(await textOf(folder, dockerfileIn(entries, dockerfile)), request);
    await refuseUnfetched(folder, entries, signal);
    const state = await gitState(folder, signal);
    onLog(`${entries.length} files and folders, ${describe(state.gitVersion, state.gitDirty)}\n`);
    return {
      ...state,
      builder,
      stream: (): Readable => packTree(entries, (file) => readEntry(folder, file)),
      async [Symbol.asyncDispose]() {},
    };
  }
}

/** Refuses pointers and encrypted files, which stand for content that is not here. @throws SourceError naming them. */
async function refuseUnfetched(folder: string, entries: readonly TreeEntry[], signal?: AbortSignal): Promise<void> {
  const files = entries.filter((entry) => entry.kind === "file");
  const missing: string[] = [];
  for (const file of files)
    if (file.size > 100 && file.size <= MAX_LFS_POINTER)
      if (parseLfsPointer(await textOf(folder, file))) missing.push(quotedPath(file.path));
  if (missing.length > 0)
    throw new SourceError(
      `Files of Git LFS are pointers only: ${missing.slice(0, MAX_LISTED).join(", ")}. Fetch them by \`git lfs pull\`, or name them in .dockerignore.`,
    );
  refusePlaceholders(await headsOf(folder, files, signal));
  const file = entries.find(({ path, kind }) => path === ".gitmodules" && kind === "file");
  const text = file ? await textOf(folder, file as FileEntry) : "";
  for (const [, path] of text.matchAll(/^[ \t]*path[ \t]*=[ \t]*(.+?)[ \t\r]*$/gm)) {
    const isEmpty = !entries.some((entry) => entry.path.startsWith(`${path}/`));
    if (isEmpty && entries.some((entry) => entry.path === path && entry.kind === "folder"))
      throw new SourceError(
        `The submodule ${quotedPath(path!)} is an empty folder: fetch it by \`git submodule update --init\`, or name it in .dockerignore.`,
      );
  }
}

async function headsOf(folder: string, files: readonly FileEntry[], signal?: AbortSignal): Promise<FileHead[]> {
  const paths = files.map(({ path }) => path);
  const filtered = await filteredPaths(folder, paths, signal);
  const heads: FileHead[] = [];
  for (const file of files) {
    const isFiltered = filtered.has(file.path);
    if (isFiltered || file.size <= MAX_ANNEX_POINTER)
      heads.push({ path: file.path, isFiltered, head: await headOf(folder, file) });
  }
  return heads;
}

async function headOf(folder: string, file: FileEntry): Promise<string> {
  for await (const piece of readEntry(folder, file)) return piece.subarray(0, HEAD_BYTES).toString("latin1");
  return "";
}

const describe = (version: string | null, dirty: boolean | null) =>
  version === null ? "outside git" : `commit ${version}${dirty ? " with changes" : ""}`;

async function ignoreOf(folder: string, dockerfile: string): Promise<DockerIgnore> {
  for (const path of ignoreFilesOf(dockerfile)) {
    const seen = await lstat(join(folder, path)).catch(() => null);
    if (seen === null) continue;
    if (!seen.isFile()) throw new SourceError(`The ${path} is no plain file.`);
    const text = await textOf(folder, { kind: "file", path, size: seen.size, executable: false });
    return new DockerIgnore(text, dockerfile);
  }
  return new DockerIgnore("", dockerfile);
}

async function textOf(folder: string, file: FileEntry): Promise<string> {
  if (file.size > MAX_TEXT_BYTES) throw new SourceError(`The ${file.path} is larger than 1 MiB.`);
  const pieces: Buffer[] = [];
  for await (const piece of readEntry(folder, file)) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
