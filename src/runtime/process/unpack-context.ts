import { constants } from "node:fs";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, type Header } from "tar-stream";
import { SourceError } from "../../source/source.js";
import { checkBytes, checkCount, checkName, checkTree, quotedPath } from "../../source/tree/check-tree.js";
import { dockerfileIn } from "../../source/tree/check-dockerfile.js";
import { type TreeEntry, type TreeLimits } from "../../source/tree/tree-entry.js";
import { ImageBuildError } from "../image-builder.js";

const LIMITS: TreeLimits = { bytes: 2 * 1024 ** 3, entries: 100_000 };
const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Writes a build context's plain files and folders into an empty folder, and returns all its entries. Links are
 * returned but not made, so that no file is written through one. The first entry of another kind, or with a name
 * outside of the tree, refuses the whole.
 * @throws ImageBuildError that names the entry; the stream's own error
 */
export async function unpackContext(context: Readable, folder: string, limits = LIMITS): Promise<TreeEntry[]> {
  const archive = extract();
  context.once("error", (error) => archive.destroy(error));
  context.pipe(archive);
  const entries: TreeEntry[] = [];
  let bytes = 0;
  try {
    for await (const { header, ...stream } of entriesOf(archive)) {
      const entry = entryOf(header);
      checkName(entry.path);
      entries.push(entry);
      checkCount(entries.length, limits);
      if (entry.kind === "file") checkBytes((bytes += entry.size), limits);
      if (entry.kind === "folder") await mkdir(join(folder, entry.path), { recursive: true });
      if (entry.kind === "file") await write(stream.content, join(folder, entry.path), entry.executable);
      else stream.content.resume();
    }
    checkTree(entries, limits);
    checkFolders(entries);
    return entries;
  } catch (error) {
    throw refusalOf(error);
  } finally {
    context.destroy();
    archive.destroy();
  }
}

/** The entry of a link excludes a folder of its name. */
function checkFolders(entries: readonly TreeEntry[]): void {
  const links = new Set(entries.filter(({ kind }) => kind === "link").map(({ path }) => path));
  for (const { path } of entries)
    for (let above = dirname(path); above !== "."; above = dirname(above))
      if (links.has(above))
        throw new ImageBuildError(
          `The context holds ${quotedPath(path)}, and ${quotedPath(above)} as a link, not a folder.`,
        );
}

async function* entriesOf(archive: ReturnType<typeof extract>): AsyncIterable<{ header: Header; content: Readable }> {
  for await (const entry of archive) yield { header: entry.header, content: entry as unknown as Readable };
}

function entryOf({ name, type, size, mode, linkname }: Header): TreeEntry {
  const path = name.replace(/^\.\/(?=.)/, "").replace(/(?<=.)\/$/, "");
  if (type === "directory") return { kind: "folder", path };
  if (type === "symlink") return { kind: "link", path, target: linkname ?? "" };
  if (type === "file" || type === "contiguous-file")
    return { kind: "file", path, size: size ?? 0, executable: ((mode ?? 0) & 0o111) !== 0 };
  throw new ImageBuildError(
    `The context holds ${quotedPath(path)}, which is no file, folder or symbolic link (${type}).`,
  );
}

async function write(content: Readable, path: string, executable: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, NEW_FILE, executable ? 0o755 : 0o644);
  await pipeline(content, file.createWriteStream());
}

/** The name exists already, as a file or below one. */
const DUPLICATE_CODES: ReadonlySet<unknown> = new Set(["EEXIST", "ENOTDIR", "EISDIR", "ELOOP"]);

function refusalOf(error: unknown): unknown {
  if (error instanceof SourceError) return new ImageBuildError(error.message, { cause: error });
  if (error instanceof Error && DUPLICATE_CODES.has((error as NodeJS.ErrnoException).code))
    return new ImageBuildError("The context holds one name twice.", { cause: error });
  return error;
}

/** Returns the text of a Dockerfile in an unpacked context. @throws ImageBuildError if it is not there */
export async function readDockerfile(entries: readonly TreeEntry[], folder: string, path: string): Promise<string> {
  try {
    return await readFile(join(folder, dockerfileIn(entries, path).path), "utf8");
  } catch (error) {
    throw refusalOf(error);
  }
}
