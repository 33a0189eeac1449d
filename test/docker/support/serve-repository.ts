import { gitIn, openGitServer } from "../../support/git-server.js";
import { openTempFolder, writeTree } from "../../support/temp-folder.js";
import type { User } from "./registry.js";

export interface ServedRepository extends AsyncDisposable {
  readonly url: string;
  readonly origin: string;
  /** Commits these files and gives the commit. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
}

/** A git repository over HTTP on loopback; with a user, only that user may come in. */
export async function serveRepository(user?: User): Promise<ServedRepository> {
  const folder = await openTempFolder();
  gitIn(folder.path, "init", "--quiet");
  const server = await openGitServer(folder.path, user);
  return {
    origin: server.origin,
    url: `${server.origin}/.git`,
    async commit(files) {
      await writeTree(folder.path, files);
      gitIn(folder.path, "add", ".");
      gitIn(folder.path, "commit", "--quiet", "-m", "files");
      return gitIn(folder.path, "rev-parse", "HEAD");
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
