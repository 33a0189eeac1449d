import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { GitSource } from "../../src/source/git/git-source.js";
import { gitIn, openGitServer } from "../support/git-server.js";
import { openTempFolder, writeTree } from "../support/temp-folder.js";
import { sourceContract } from "./source.contract.js";

sourceContract("git repositories", async () => {
  const root = await openTempFolder();
  const repositories = join(root.path, "repositories");
  const server = await openGitServer(repositories);
  const request = (name: string) => ({ location: `${server.origin}/${name}/.git`, ref: "main", credentials: null });
  let commit: string | null = null;
  return {
    source: new GitSource({ allowedOrigins: [server.origin], scratchFolder: join(root.path, "scratch") }),
    async project(files) {
      const folder = join(repositories, "project");
      await mkdir(folder, { recursive: true });
      await writeTree(folder, files);
      gitIn(folder, "init", "-q");
      gitIn(folder, "add", "-A");
      gitIn(folder, "commit", "-q", "-m", "one");
      commit = gitIn(folder, "rev-parse", "HEAD");
      return request("project");
    },
    missing: request("absent"),
    commit: () => commit,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
});
