import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { OnLog } from "../../runtime/image-builder.js";
import { DAY_MS, MINUTE_MS } from "../../units.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../source.js";
import { packTree } from "../tree/pack-tree.js";
import { fetchCommit } from "./fetch-commit.js";
import type { GitOptions } from "./git-command.js";
import { gitHost } from "./git-host.js";
import { BlobReader } from "./git-objects.js";
import { type CommitContent, readCommit } from "./read-commit.js";

const FETCH_TIMEOUT_MS = 5 * MINUTE_MS;
const STALE_MS = DAY_MS;

/** Fetches git repositories by https from public hosts, or from the origins that the operator listed. */
export class GitSource implements Source {
  private readonly allowedOrigins: readonly string[];
  private readonly scratchFolder: string;

  /** @param scratchFolder holds a repository while it is built from. */
  constructor({ allowedOrigins, scratchFolder }: { allowedOrigins: readonly string[]; scratchFolder: string }) {
    this.allowedOrigins = allowedOrigins;
    this.scratchFolder = scratchFolder;
  }

  async open(request: SourceRequest, onLog: OnLog): Promise<BuildContext> {
    const { location, ref, credentials, signal } = request;
    const host = await gitHost(location, this.allowedOrigins);
    const folder = await this.newFolder();
    const within = AbortSignal.any([AbortSignal.timeout(FETCH_TIMEOUT_MS), ...(signal ? [signal] : [])]);
    try {
      const repository = join(folder, "repository");
      const home = join(folder, "home");
      await mkdir(home, { mode: 0o700 });
      const options = { folder: repository, home, signal: within };
      onLog(`Fetching ${ref ?? "the default branch"} of ${host.url}\n`);
      const commit = await fetchCommit({
        host,
        ref,
        credentials,
        repository,
        isNew: true,
        home,
        signal: within,
      });
      onLog(`Commit ${commit}\n`);
      const { allowedOrigins } = this;
      const content = await readCommit(commit, {
        host,
        request,
        allowedOrigins,
        options,
        folder,
        signal: within,
        onLog,
        depth: 0,
      });
      return contextOf(commit, content, { folder: repository, home }, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw (error as Error).name === "TimeoutError" && !signal?.aborted
        ? new SourceError("Fetching the repository took longer than five minutes.", { cause: error })
        : error;
    }
  }

  /** Makes a scratch folder, and removes those that a crash left more than a day ago. */
  private async newFolder(): Promise<string> {
    await mkdir(this.scratchFolder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.scratchFolder)) {
      const place = join(this.scratchFolder, name);
      const seen = name.startsWith("git-") ? await stat(place).catch(() => null) : null;
      if (seen && Date.now() - seen.mtimeMs > STALE_MS) await rm(place, { recursive: true, force: true });
    }
    return mkdtemp(join(this.scratchFolder, "git-"));
  }
}

function contextOf(
  commit: string,
  { entries, builder }: CommitContent,
  options: GitOptions,
  folder: string,
): BuildContext {
  const open = new Set<BlobReader>();
  return {
    gitVersion: commit,
    gitDirty: false,
    builder,
    stream(): Readable {
      const blobs = new BlobReader(options);
      open.add(blobs);
      const stream = packTree(entries, (file) =>
        file.localFile ? createReadStream(file.localFile) : blobs.read(file.sha),
      );
      return stream.once("close", () => void blobs[Symbol.asyncDispose]());
    },
    async [Symbol.asyncDispose]() {
      for (const blobs of open) await blobs[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
