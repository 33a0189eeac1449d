import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE_MS } from "../../units.js";
import { git, GitError, type GitOptions } from "../git/git-command.js";

const PATHS_PER_CALL = 10_000;
const ATTRIBUTES_TIMEOUT_MS = MINUTE_MS;

/** Returns the paths whose attributes name a filter, by git's rules, inside and outside git. */
export async function filteredPaths(
  folder: string,
  paths: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const home = await mkdtemp(join(tmpdir(), "rocas-git-"));
  const within = AbortSignal.any([AbortSignal.timeout(ATTRIBUTES_TIMEOUT_MS), ...(signal ? [signal] : [])]);
  const found = new Set<string>();
  try {
    const options = await attributeOptions({ folder, home, signal: within });
    for (let from = 0; from < paths.length; from += PATHS_PER_CALL)
      for (const path of await filtered(paths.slice(from, from + PATHS_PER_CALL), options)) found.add(path);
    return found;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function filtered(paths: readonly string[], options: GitOptions): Promise<string[]> {
  const input = paths.map((path) => `${path}\0`).join("");
  const args = (await git(["check-attr", "-z", "--stdin", "filter"], options, input)).toString("utf8").split("\0");
  return args.filter((_, at) => at % 3 === 0 && !["unspecified", "unset", undefined].includes(args[at + 2]));
}

/** Outside git, the folder becomes the work tree of an empty repository. */
async function attributeOptions(options: GitOptions): Promise<GitOptions> {
  try {
    await git(["rev-parse", "--show-toplevel"], options);
    return options;
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const repository = join(options.home, "empty");
    await git(["init", "--quiet", "--bare", "--template=", repository], options);
    return { ...options, environment: { GIT_DIR: repository, GIT_WORK_TREE: options.folder } };
  }
}
