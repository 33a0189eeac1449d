import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { MINUTE_MS } from "../../units.js";
import { isCommitId } from "../git/fetch-commit.js";
import { git, GitError, type GitOptions } from "../git/git-command.js";
import { SourceError } from "../source.js";
import { MAX_LFS_POINTER, parseLfsPointer } from "../tree/placeholders.js";
import { isWithin, readEntry } from "./project-folder.js";

export interface GitState {
  readonly gitVersion: string | null;
  readonly gitDirty: boolean | null;
}

const NONE: GitState = { gitVersion: null, gitDirty: null };

/** Maximum changes that are compared with LFS pointers. */
const MAX_LFS_COMPARED = 1_000;

/** True if a change is only the fetched content of an LFS pointer: git runs no filter here, so it sees a change. */
async function isLfsContent(change: string, commit: string, options: GitOptions): Promise<boolean> {
  const path = /^ M (.+)$/s.exec(change)?.[1];
  if (!path) return false;
  const object = `${commit}:${path}`;
  if (Number((await git(["cat-file", "-s", object], options)).toString()) > MAX_LFS_POINTER) return false;
  const pointer = parseLfsPointer((await git(["cat-file", "blob", object], options)).toString("utf8"));
  if (!pointer) return false;
  const hash = createHash("sha256");
  try {
    const file = { kind: "file", path, size: pointer.size, executable: false } as const;
    for await (const piece of readEntry(options.folder, file)) hash.update(piece);
  } catch (error) {
    if (error instanceof SourceError) return false;
    throw error;
  }
  return hash.digest("hex") === pointer.oid;
}

/** Hex digits of a SHA-1 commit id. */
const SHA1 = 40;
const COMPARE_TIMEOUT_MS = MINUTE_MS;

/**
 * Returns the commit of the work tree around the folder, and if the folder differs from it. A folder that the work tree
 * ignores has none.
 * Settings of a repository can name programs (filters, monitors) that git would run. So git compares in a repository of
 * ours that only borrows the objects.
 */
export async function gitState(folder: string, signal?: AbortSignal): Promise<GitState> {
  const home = await mkdtemp(join(tmpdir(), "rocas-git-"));
  const within = AbortSignal.any([AbortSignal.timeout(COMPARE_TIMEOUT_MS), ...(signal ? [signal] : [])]);
  try {
    const tree = await findWorkTree(folder, home, within);
    // The settings of a repository can name a work tree elsewhere.
    if (!tree || !isWithin(folder, tree.top)) return NONE;
    if (tree.top !== folder && (await isIgnored(folder, home, within))) return NONE;
    return { gitVersion: tree.commit, gitDirty: await isDirty({ ...tree, folder, home, signal: within }) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function findWorkTree(folder: string, home: string, signal: AbortSignal) {
  const args = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir", "HEAD"];
  try {
    const [top, common, commit, ...more] = (await git(args, { folder, home, signal })).toString().trimEnd().split("\n");
    const good = more.length === 0 && top && common && commit && isCommitId(commit);
    return good ? { top, common, commit } : null;
  } catch (error) {
    // No repository, or one without a commit.
    if (error instanceof GitError) return null;
    throw error;
  }
}

async function isIgnored(folder: string, home: string, signal: AbortSignal): Promise<boolean> {
  try {
    await git(["check-ignore", "--quiet", "--", folder], { folder, home, signal });
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

interface Comparison {
  readonly folder: string;
  readonly top: string;
  readonly common: string;
  readonly commit: string;
  readonly home: string;
  readonly signal: AbortSignal;
}

async function isDirty({ folder, top, common, commit, home, signal }: Comparison): Promise<boolean> {
  const repository = join(home, "borrowing");
  for (const each of ["objects", "refs"]) await mkdir(join(repository, each), { recursive: true });
  await writeFile(join(repository, "HEAD"), `${commit}\n`);
  const format = commit.length === SHA1 ? "sha1" : "sha256";
  await writeFile(
    join(repository, "config"),
    `[core]\nrepositoryformatversion = 1\nbare = false\n[extensions]\nobjectformat = ${format}\n`,
  );
  const environment = { GIT_DIR: repository, GIT_WORK_TREE: top, GIT_OBJECT_DIRECTORY: join(common, "objects") };
  // Links in the work tree must be compared as links.
  const options = { folder: top, home, environment, settings: { "core.symlinks": "true" }, signal };
  const scope = relative(top, folder) || ".";
  const args = [
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=normal",
    "--ignore-submodules=dirty",
    "--",
    `:(literal)${scope}`,
  ];
  try {
    await git(["read-tree", commit], options);
    const changes = (await git(args, options)).toString("utf8").split("\0").filter(Boolean);
    if (changes.length > MAX_LFS_COMPARED) return true;
    for (const change of changes) if (!(await isLfsContent(change, commit, options))) return true;
    return false;
  } catch (error) {
    // Objects are missing, as in a partial clone, so that nothing proves that the folder equals the commit.
    if (error instanceof GitError) return true;
    throw error;
  }
}
