import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Told } from "../../runtime/image-builder.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../source.js";
import { checkDockerfile, dockerfileIn } from "../tree/check-dockerfile.js";
import { checkTree, shown } from "../tree/check-tree.js";
import { withoutIgnored } from "../tree/without-ignored.js";
import { packTree } from "../tree/pack-tree.js";
import { BlobReader } from "./blob-reader.js";
import { checkedOut } from "./checked-out.js";
import { fetchCommit } from "./fetch-commit.js";
import { git, type GitHow } from "./git-command.js";
import { gitHost } from "./git-host.js";
import { type GitEntry, gitTree } from "./git-tree.js";

const LIMITS = { bytes: 1024 ** 3, entries: 100_000 };
const FETCHING = 5 * 60_000;
const STALE = 24 * 60 * 60_000;
const MOST_TEXT = 1024 * 1024;

/** Repositories that git can fetch: by https from public hosts, or from the origins that the operator listed. */
export class GitSource implements Source {
  private readonly allowedOrigins: readonly string[];
  private readonly scratchFolder: string;

  /** @param scratchFolder a folder of ours, in which repositories lie while they are built from. */
  constructor({ allowedOrigins, scratchFolder }: { allowedOrigins: readonly string[]; scratchFolder: string }) {
    this.allowedOrigins = allowedOrigins;
    this.scratchFolder = scratchFolder;
  }

  async open({ location, ref, credentials, signal }: SourceRequest, told: Told): Promise<BuildContext> {
    const host = await gitHost(location, this.allowedOrigins);
    const folder = await this.newFolder();
    const within = AbortSignal.any([AbortSignal.timeout(FETCHING), ...(signal ? [signal] : [])]);
    try {
      const repository = join(folder, "repository");
      const home = join(folder, "home");
      for (const each of [repository, home]) await mkdir(each, { mode: 0o700 });
      const how = { folder: repository, home, signal: within };
      await git(["init", "--quiet", "--bare", "--template=", repository], how);
      told(`Fetching ${ref ?? "the default branch"} of ${host.url}\n`);
      const commit = await fetchCommit({ host, ref, credentials, repository, private: home, signal: within });
      told(`Commit ${commit}\n`);
      const entries = await readCommit(commit, how, folder);
      return contextOf(commit, entries, { folder: repository, home }, folder);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw (error as Error).name === "TimeoutError" && !signal?.aborted
        ? new SourceError("Fetching the repository took longer than five minutes.", { cause: error })
        : error;
    }
  }

  /** Clears away what crashes left behind a day ago, too. */
  private async newFolder(): Promise<string> {
    await mkdir(this.scratchFolder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.scratchFolder)) {
      const place = join(this.scratchFolder, name);
      const seen = name.startsWith("git-") ? await stat(place).catch(() => null) : null;
      if (seen && Date.now() - seen.mtimeMs > STALE) await rm(place, { recursive: true, force: true });
    }
    return mkdtemp(join(this.scratchFolder, "git-"));
  }
}

async function readCommit(commit: string, how: GitHow, folder: string): Promise<GitEntry[]> {
  await using blobs = new BlobReader(how);
  const all = await gitTree(commit, how, LIMITS, blobs);
  const ignore = all.find((entry) => entry.path === ".dockerignore");
  if (ignore && ignore.kind !== "file") throw new SourceError("The .dockerignore is no plain file.");
  const kept = ignore ? await withoutIgnored(all, await textOf(blobs, ignore)) : all;
  checkTree(kept, LIMITS);
  refuseSubmodules(kept);
  const entries = await checkedOut(commit, kept, { how, blobs, folder });
  checkTree(entries, LIMITS);
  checkDockerfile(await textOf(blobs, dockerfileIn(entries)));
  return entries;
}

function refuseSubmodules(entries: readonly GitEntry[]): void {
  const submodules = entries.filter(({ submodule }) => submodule).map(({ path }) => shown(path));
  if (submodules.length > 0)
    throw new SourceError(
      `The commit has submodules, which builds from GIT do not fetch: ${submodules.slice(0, 5).join(", ")}. Build from LOCAL, after \`git submodule update --init\`, or name them in .dockerignore.`,
    );
}

async function textOf(
  blobs: BlobReader,
  { path, sha, size }: { path: string; sha: string; size: number },
): Promise<string> {
  if (size > MOST_TEXT) throw new SourceError(`The ${path} is larger than 1 MiB.`);
  return blobs.text(sha);
}

function contextOf(commit: string, entries: readonly GitEntry[], how: GitHow, folder: string): BuildContext {
  const open = new Set<BlobReader>();
  return {
    gitVersion: commit,
    gitDirty: false,
    stream(): Readable {
      const blobs = new BlobReader(how);
      open.add(blobs);
      const stream = packTree(entries, (file) => (file.place ? createReadStream(file.place) : blobs.read(file.sha)));
      return stream.once("close", () => void blobs[Symbol.asyncDispose]());
    },
    async [Symbol.asyncDispose]() {
      for (const blobs of open) await blobs[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
