import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { DomainError } from "../../errors.js";
import type { OnLog } from "../../runtime/image-builder.js";
import { printable } from "../../text/printable.js";
import { type BuildContext, type Source, SourceError, type SourceRequest } from "../source.js";
import { checkDockerfile, dockerfileIn } from "../tree/check-dockerfile.js";
import { checkBytes, checkTree, shown } from "../tree/check-tree.js";
import { IGNORE_FILES, withoutIgnored } from "../tree/docker-ignore.js";
import { packTree } from "../tree/pack-tree.js";
import { checkedOut } from "./checked-out.js";
import { fetchCommit } from "./fetch-commit.js";
import { GitFailed, type GitHow } from "./git-command.js";
import { type GitHost, gitHost } from "./git-host.js";
import { BlobReader, type GitEntry, gitTree } from "./git-objects.js";
import { fetchLfs, type LfsFile, lfsServerOf } from "./lfs.js";
import { refuseSubmodule, settingsIn, submoduleUrls } from "./submodules.js";

const LIMITS = { bytes: 1024 ** 3, entries: 100_000 };
const FETCHING = 5 * 60_000;
const STALE = 24 * 60 * 60_000;
/** Submodules in submodules. */
const MOST_DEPTH = 5;
const MOST_SUBMODULES = 100;
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

  async open({ location, ref, credentials, platform, signal }: SourceRequest, told: OnLog): Promise<BuildContext> {
    const host = await gitHost(location, this.allowedOrigins);
    const folder = await this.newFolder();
    const within = AbortSignal.any([AbortSignal.timeout(FETCHING), ...(signal ? [signal] : [])]);
    try {
      const repository = join(folder, "repository");
      const home = join(folder, "home");
      await mkdir(home, { mode: 0o700 });
      const how = { folder: repository, home, signal: within };
      told(`Fetching ${ref ?? "the default branch"} of ${host.url}\n`);
      const commit = await fetchCommit({
        host,
        ref,
        credentials,
        repository,
        isNew: true,
        private: home,
        signal: within,
      });
      told(`Commit ${commit}\n`);
      const request = { location, ref, credentials, platform };
      const { allowedOrigins } = this;
      const entries = await orRefused(
        readCommit(commit, {
          host,
          request,
          allowedOrigins,
          how,
          folder,
          signal: within,
          told,
          depth: 0,
        }),
      );
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

/** If git cannot read something of a commit, the commit is at fault. */
const orRefused = (reading: Promise<GitEntry[]>): Promise<GitEntry[]> =>
  reading.catch((error: unknown) => {
    if (!(error instanceof GitFailed)) throw error;
    throw new SourceError(`Git cannot check the commit out: ${printable(error.message).slice(0, 500)}`);
  });

interface Reading {
  readonly host: GitHost;
  readonly request: SourceRequest;
  readonly allowedOrigins: readonly string[];
  readonly how: GitHow;
  /** A folder of ours, for this commit alone. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly told: OnLog;
  readonly depth: number;
}

async function readCommit(commit: string, reading: Reading): Promise<GitEntry[]> {
  await using blobs = new BlobReader(reading.how);
  const all = await gitTree(commit, reading.how, LIMITS, blobs);
  const ignore = IGNORE_FILES.map((name) => all.find(({ path }) => path === name)).find(Boolean);
  if (ignore && ignore.kind !== "file") throw new SourceError(`The ${ignore.path} is no plain file.`);
  const rules = ignore ? await textOf(blobs, ignore) : "";
  const kept = await withoutIgnored(all, rules);
  checkTree(kept, LIMITS);
  checkDockerfile(await textOf(blobs, dockerfileIn(kept)), reading.request.platform ?? null);
  const entries = await withoutIgnored(await withSubmodules(commit, all, kept, blobs, reading), rules);
  checkTree(entries, LIMITS);
  return entries;
}

/** The entries of a commit as they are checked out, with those of its submodules in their places. */
async function withSubmodules(
  commit: string,
  all: readonly GitEntry[],
  kept: readonly GitEntry[],
  blobs: BlobReader,
  reading: Reading,
): Promise<GitEntry[]> {
  const fetch = (files: readonly LfsFile[]) => fetchLarge(files, all, reading);
  const entries = await checkedOut(commit, kept, { ...reading, blobs, fetch });
  const submodules = entries.filter(({ submodule }) => submodule);
  if (submodules.length === 0) return entries;
  if (submodules.length > MOST_SUBMODULES)
    throw new SourceError(`The commit has more than ${MOST_SUBMODULES} submodules; .dockerignore can leave some out.`);
  const urls = await submoduleUrls(all, reading.host.url, reading.how);
  for (const [number, { path, sha }] of submodules.entries()) {
    const inner = await submodule(path, sha, urls.get(path), { ...reading, folder: join(reading.folder, `${number}`) });
    for (const entry of inner) entries.push({ ...entry, path: `${path}/${entry.path}` });
    checkTree(entries, LIMITS);
  }
  return entries;
}

async function submodule(path: string, sha: string, url: string | undefined, reading: Reading): Promise<GitEntry[]> {
  if (!url) refuseSubmodule(path, "the commit's .gitmodules gives no address for it.");
  if (reading.depth >= MOST_DEPTH) refuseSubmodule(path, `it lies more than ${MOST_DEPTH} submodules deep.`);
  const { how, signal, told, request } = reading;
  try {
    const host = await gitHost(url, reading.allowedOrigins);
    const credentials = isSameOrigin(host.url, reading.host.url) ? request.credentials : null;
    await mkdir(reading.folder, { mode: 0o700 });
    told(`Fetching the submodule ${path} from ${host.url}\n`);
    // Into the repository of the outer commit: objects are read from one place.
    const commit = await fetchCommit({
      host,
      ref: sha,
      credentials,
      repository: how.folder,
      isNew: false,
      private: how.home,
      signal,
    });
    await using blobs = new BlobReader(how);
    const all = await gitTree(commit, how, LIMITS, blobs);
    const inner = { ...reading, host, request: { ...request, credentials }, depth: reading.depth + 1 };
    return await withSubmodules(commit, all, all, blobs, inner);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError || error instanceof DomainError) refuseSubmodule(path, error.message);
    throw error;
  }
}

async function fetchLarge(files: readonly LfsFile[], all: readonly GitEntry[], reading: Reading): Promise<void> {
  checkBytes(
    files.reduce((sum, { size }) => sum + size, 0),
    LIMITS,
  );
  const { host, request, allowedOrigins, folder, signal, told } = reading;
  const file = all.find(({ path, kind }) => path === ".lfsconfig" && kind === "file");
  const named = file && (await settingsIn(file.sha, reading.how)).get("lfs.url");
  const server = named && URL.canParse(named) ? named : lfsServerOf(host.url);
  const { protocol, host: address } = new URL(server);
  if (!/^https?:$/.test(protocol))
    throw new SourceError(
      `Files of Git LFS (${shown(files[0]!.path)}) are fetched by http and https alone, and not from ${protocol}//${address}. Build from LOCAL, after \`git lfs pull\`, or name them in .dockerignore.`,
    );
  const credentials = isSameOrigin(server, host.url) ? request.credentials : null;
  told(`Fetching ${files.length} files of Git LFS from ${protocol}//${address}\n`);
  await fetchLfs(files, { server, credentials, allowedOrigins, folder: join(folder, "lfs"), signal });
}

/** Credentials go to the host that they were given for, and to no other that a repository names. */
const isSameOrigin = (one: string, other: string): boolean => {
  const [a, b] = [new URL(one), new URL(other)];
  return a.protocol === b.protocol && a.host === b.host;
};

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
