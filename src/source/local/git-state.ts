import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { isCommit } from "../git/fetch-commit.js";
import { git, GitFailed, type GitHow } from "../git/git-command.js";
import { SourceError } from "../source.js";
import { lfsPointer, MOST_POINTER } from "../tree/stand-in.js";
import { isWithin, readEntry } from "./project-folder.js";

export interface GitState {
  readonly gitVersion: string | null;
  readonly gitDirty: boolean | null;
}

const NONE: GitState = { gitVersion: null, gitDirty: null };

/** So many files of Git LFS are compared at most. */
const MOST_LARGE = 1_000;

/** True if what git takes for a change is the content that a pointer of Git LFS stands for: git knows no filter here. */
async function isFetched(change: string, commit: string, how: GitHow): Promise<boolean> {
  const path = /^ M (.+)$/s.exec(change)?.[1];
  if (!path) return false;
  const object = `${commit}:${path}`;
  if (Number((await git(["cat-file", "-s", object], how)).toString()) > MOST_POINTER) return false;
  const pointer = lfsPointer((await git(["cat-file", "blob", object], how)).toString("utf8"));
  if (!pointer) return false;
  const hash = createHash("sha256");
  try {
    const file = { kind: "file", path, size: pointer.size, executable: false } as const;
    for await (const piece of readEntry(how.folder, file)) hash.update(piece);
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
  return hash.digest("hex") === pointer.oid;
}

/** Hex digits of an id. */
const SHA1 = 40;
const COMPARING = 60_000;

/**
 * The commit of the work tree that git finds the folder in, wherever its top is; whether the folder differs from it. A
 * folder that the work tree ignores is none of it.
 * The repository's own settings can name programs (filters, monitors) that git runs to compare: the comparison is made
 * through a repository of ours that only borrows the objects.
 */
export async function gitState(folder: string, signal?: AbortSignal): Promise<GitState> {
  const home = await mkdtemp(join(tmpdir(), "rocas-git-"));
  const within = AbortSignal.any([AbortSignal.timeout(COMPARING), ...(signal ? [signal] : [])]);
  try {
    const tree = await workTree(folder, home, within);
    // The settings of a repository can name a work tree that is elsewhere.
    if (!tree || !isWithin(folder, tree.top)) return NONE;
    if (tree.top !== folder && (await isIgnored(folder, home, within))) return NONE;
    return { gitVersion: tree.commit, gitDirty: await differs({ ...tree, folder, home, signal: within }) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function workTree(folder: string, home: string, signal: AbortSignal) {
  const words = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", "HEAD"];
  try {
    const [top, common, commit, ...more] = (await git(words, { folder, home, signal }))
      .toString()
      .trimEnd()
      .split("\n");
    const good = more.length === 0 && top && common && commit && isCommit(commit);
    return good ? { top, common, commit } : null;
  } catch (error) {
    // No repository, or one without a commit.
    if (error instanceof GitFailed) return null;
    throw error;
  }
}

async function isIgnored(folder: string, home: string, signal: AbortSignal): Promise<boolean> {
  try {
    await git(["check-ignore", "--quiet", "--", folder], { folder, home, signal });
    return true;
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

interface Compared {
  readonly folder: string;
  readonly top: string;
  readonly common: string;
  readonly commit: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

async function differs({ folder, top, common, commit, home, signal }: Compared): Promise<boolean> {
  const ours = join(home, "borrowing");
  for (const each of ["objects", "refs"]) await mkdir(join(ours, each), { recursive: true });
  await writeFile(join(ours, "HEAD"), `${commit}\n`);
  const format = commit.length === SHA1 ? "sha1" : "sha256";
  await writeFile(
    join(ours, "config"),
    `[core]\nrepositoryformatversion = 1\nbare = false\n[extensions]\nobjectformat = ${format}\n`,
  );
  const environment = { GIT_DIR: ours, GIT_WORK_TREE: top, GIT_OBJECT_DIRECTORY: join(common, "objects") };
  // The links of a work tree are links, whatever is said to a fetch.
  const how = { folder: top, home, environment, settings: { "core.symlinks": "true" }, signal };
  const scope = relative(top, folder) || ".";
  const words = [
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=dirty",
    "--",
    `:(literal)${scope}`,
  ];
  try {
    await git(["read-tree", commit], how);
    const changes = (await git(words, how)).toString("utf8").split("\0").filter(Boolean);
    if (changes.length > MOST_LARGE) return true;
    for (const change of changes) if (!(await isFetched(change, commit, how))) return true;
    return false;
  } catch (error) {
    // Objects are missing, as in a partial clone: nobody can say that it is the commit.
    if (error instanceof GitFailed) return true;
    throw error;
  }
}

const AT_ONCE = 10_000;
const ASKING = 60_000;

/** Returns the paths of the folder that have a filter in their attributes, as git says; of a folder outside git, too. */
export async function filteredPaths(
  folder: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const home = await mkdtemp(join(tmpdir(), "rocas-git-"));
  const within = AbortSignal.any([AbortSignal.timeout(ASKING), ...(signal ? [signal] : [])]);
  const found = new Set<string>();
  try {
    const how = await asking({ folder, home, signal: within });
    for (let from = 0; from < paths.length; from += AT_ONCE)
      for (const path of await filtered(paths.slice(from, from + AT_ONCE), how)) found.add(path);
    return found;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function filtered(paths: readonly string[], how: GitHow): Promise<string[]> {
  const input = paths.map((path) => `${path}\0`).join("");
  const words = (await git(["check-attr", "-z", "--stdin", "filter"], how, input)).toString("utf8").split("\0");
  return words.filter((_, at) => at % 3 === 0 && !["unspecified", "unset", undefined].includes(words[at + 2]));
}

/** Outside git, the folder is the work tree of an empty repository of ours. */
async function asking(how: GitHow): Promise<GitHow> {
  try {
    await git(["rev-parse", "--show-toplevel"], how);
    return how;
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    const ours = join(how.home, "empty");
    await git(["init", "--quiet", "--bare", "--template=", ours], how);
    return { ...how, environment: { GIT_DIR: ours, GIT_WORK_TREE: how.folder } };
  }
}
