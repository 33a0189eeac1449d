import { SourceError } from "../source.js";
import { shown } from "../tree/check-tree.js";
import { git, type GitHow } from "./git-command.js";
import type { GitEntry } from "./git-objects.js";

/** Returns the origins of the submodules of a commit, by their paths; relative addresses are resolved. @throws SourceError */
export async function submoduleUrls(
  entries: readonly GitEntry[],
  repository: string,
  how: GitHow,
): Promise<Map<string, string>> {
  const file = entries.find(({ path, kind }) => path === ".gitmodules" && kind === "file");
  const settings = file ? await settingsIn(file.sha, how) : new Map<string, string>();
  const urls = new Map<string, string>();
  for (const [name, path] of settings) {
    const section = /^(submodule\..*)\.path$/s.exec(name)?.[1];
    const url = section && settings.get(`${section}.url`);
    if (url) urls.set(path, resolved(url, repository));
  }
  return urls;
}

/** Returns the settings in a file of git's own in a commit. Nothing that it includes is read. */
export async function settingsIn(sha: string, how: GitHow): Promise<Map<string, string>> {
  const lines = (await git(["config", "--blob", sha, "--no-includes", "-z", "--list"], how)).toString("utf8");
  return new Map(
    lines
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.split("\n", 1)[0]!, line.slice(line.indexOf("\n") + 1)]),
  );
}

function resolved(url: string, repository: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  let base = repository.replace(/\/+$/, "");
  let rest = url;
  for (let step = /^\.\.?\//.exec(rest); step; step = /^\.\.?\//.exec(rest)) {
    if (step[0] === "../") base = base.slice(0, base.lastIndexOf("/"));
    rest = rest.slice(step[0].length);
  }
  return `${base}/${rest}`;
}

/** @throws SourceError that names the submodule and says what to do */
export function refuseSubmodule(path: string, why: string): never {
  throw new SourceError(
    `The submodule ${shown(path)} could not be fetched: ${why} Build from LOCAL, after \`git submodule update --init\`, or name it in .dockerignore.`,
  );
}
