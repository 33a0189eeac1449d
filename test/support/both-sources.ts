import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GitSource } from "../../src/source/git/git-source.js";
import { LocalSource } from "../../src/source/local/local-source.js";
import { contentOf } from "../contracts/source.contract.js";
import { gitIn, openGitServer } from "./git-server.js";
import { openTempFolder, writeTree } from "./temp-folder.js";

/** One commit of these files, as a folder and as a repository behind http. */
export async function openBothSources(files: Readonly<Record<string, string>>, ...init: readonly string[]) {
  const root = await openTempFolder();
  const folder = join(root.path, "one");
  await mkdir(folder);
  await writeTree(folder, files);
  gitIn(folder, "init", "-q", ...init);
  const commit = (): string => {
    gitIn(folder, "add", "-A", "-f");
    gitIn(folder, "commit", "-q", "-m", "one", "--allow-empty");
    return gitIn(folder, "rev-parse", "HEAD");
  };
  const head = commit();
  const server = await openGitServer(root.path);
  const git = new GitSource({ allowedOrigins: [server.origin], scratchFolder: join(root.path, "scratch") });
  const local = new LocalSource([root.path]);
  const request = { credentials: null, platform: "linux/amd64" };
  const open = {
    GIT: (told: (text: string) => void, ref: string | null) =>
      git.open({ ...request, location: `${server.origin}/one/.git`, ref }, told),
    LOCAL: (told: (text: string) => void) => local.open({ ...request, location: "one", ref: null }, told),
  };
  return {
    folder,
    head,
    commit,
    async opened(from: "GIT" | "LOCAL", ref: string | null = null) {
      let log = "";
      await using context = await open[from]((text) => (log += text), ref);
      const { gitVersion, gitDirty } = context;
      return { gitVersion, gitDirty, content: await contentOf(context.stream()), log };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}
