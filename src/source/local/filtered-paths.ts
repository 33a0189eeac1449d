import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { git, GitFailed, type GitHow } from "../git/git-command.js";

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
