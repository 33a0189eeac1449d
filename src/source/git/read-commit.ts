import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DomainError } from "../../errors.js";
import type { Builder, OnLog } from "../../runtime/image-builder.js";
import { printable } from "../../text/printable.js";
import { MIB } from "../../units.js";
import { SourceError, type SourceRequest } from "../source.js";
import { checkDockerfile, DOCKERFILE, dockerfileIn } from "../tree/check-dockerfile.js";
import { checkBytes, checkTree, quotedPath } from "../tree/check-tree.js";
import { DockerIgnore, ignoreFilesOf, withoutIgnored } from "../tree/docker-ignore.js";
import { checkOut } from "./check-out.js";
import { fetchCommit } from "./fetch-commit.js";
import { git, GitError, type GitOptions } from "./git-command.js";
import { type GitHost, gitHost } from "./git-host.js";
import { BlobReader, type GitEntry, readGitTree } from "./git-objects.js";
import { fetchLfs, type LfsFile, lfsServerOf } from "./lfs.js";

const LIMITS = { bytes: 1024 ** 3, entries: 100_000 };
/** Maximum nesting of submodules. */
const MAX_SUBMODULE_DEPTH = 5;
const MAX_SUBMODULES = 100;
const MAX_TEXT_BYTES = MIB;

/** Sources, limits and tools for reading one commit. */
export interface CommitReading {
  readonly host: GitHost;
  readonly request: SourceRequest;
  readonly allowedOrigins: readonly string[];
  readonly options: GitOptions;
  /** A scratch folder for this commit alone. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onLog: OnLog;
  readonly depth: number;
}

export interface CommitContent {
  readonly entries: readonly GitEntry[];
  /** What carries out its Dockerfile. */
  readonly builder: Builder;
}

/** Returns the content of a commit as a build gets it. @throws SourceError, also if git cannot read the commit. */
export async function readCommit(commit: string, reading: CommitReading): Promise<CommitContent> {
  try {
    return await readEntries(commit, reading);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new SourceError(`Git cannot check the commit out: ${printable(error.message).slice(0, 500)}`);
  }
}

async function readEntries(commit: string, reading: CommitReading): Promise<CommitContent> {
  await using blobs = new BlobReader(reading.options);
  const all = await readGitTree(commit, reading.options, LIMITS, blobs);
  const { dockerfile = DOCKERFILE } = reading.request;
  const file = ignoreFilesOf(dockerfile)
    .map((name) => all.find(({ path }) => path === name))
    .find(Boolean);
  if (file && file.kind !== "file") throw new SourceError(`The ${file.path} is no plain file.`);
  const ignore = new DockerIgnore(file ? await textOf(blobs, file) : "", dockerfile);
  const kept = await withoutIgnored(all, ignore);
  checkTree(kept, LIMITS);
  const builder = checkDockerfile(await textOf(blobs, dockerfileIn(kept, dockerfile)), reading.request);
  const entries = await withoutIgnored(await withSubmodules(commit, all, kept, blobs, reading), ignore);
  checkTree(entries, LIMITS);
  return { entries, builder };
}

/** Returns the checked-out entries of a commit, those of its submodules included. */
async function withSubmodules(
  commit: string,
  all: readonly GitEntry[],
  kept: readonly GitEntry[],
  blobs: BlobReader,
  reading: CommitReading,
): Promise<GitEntry[]> {
  const fetch = (files: readonly LfsFile[]) => fetchLfsFiles(files, all, reading);
  const entries = await checkOut(commit, kept, { ...reading, blobs, fetch });
  const submodules = entries.filter(({ submodule }) => submodule);
  if (submodules.length === 0) return entries;
  if (submodules.length > MAX_SUBMODULES)
    throw new SourceError(`The commit has more than ${MAX_SUBMODULES} submodules; .dockerignore can leave some out.`);
  const urls = await submoduleUrls(all, reading.host.url, reading.options);
  for (const [number, { path, sha }] of submodules.entries()) {
    const inner = await readSubmodule(path, sha, urls.get(path), {
      ...reading,
      folder: join(reading.folder, `${number}`),
    });
    for (const entry of inner) entries.push({ ...entry, path: `${path}/${entry.path}` });
    checkTree(entries, LIMITS);
  }
  return entries;
}

async function readSubmodule(
  path: string,
  sha: string,
  url: string | undefined,
  reading: CommitReading,
): Promise<GitEntry[]> {
  if (!url) refuseSubmodule(path, "the commit's .gitmodules gives no address for it.");
  if (reading.depth >= MAX_SUBMODULE_DEPTH)
    refuseSubmodule(path, `it lies more than ${MAX_SUBMODULE_DEPTH} submodules deep.`);
  const { options, signal, onLog, request } = reading;
  try {
    const host = await gitHost(url, reading.allowedOrigins);
    const credentials = isSameOrigin(host.url, reading.host.url) ? request.credentials : null;
    await mkdir(reading.folder, { mode: 0o700 });
    onLog(`Fetching the submodule ${path} from ${host.url}\n`);
    // All commits go into one repository, so that one process reads all objects.
    const commit = await fetchCommit({
      host,
      ref: sha,
      credentials,
      repository: options.folder,
      isNew: false,
      home: options.home,
      signal,
    });
    await using blobs = new BlobReader(options);
    const all = await readGitTree(commit, options, LIMITS, blobs);
    const inner = { ...reading, host, request: { ...request, credentials }, depth: reading.depth + 1 };
    return await withSubmodules(commit, all, all, blobs, inner);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceError || error instanceof DomainError) refuseSubmodule(path, error.message);
    throw error;
  }
}

async function fetchLfsFiles(
  files: readonly LfsFile[],
  all: readonly GitEntry[],
  reading: CommitReading,
): Promise<void> {
  checkBytes(
    files.reduce((sum, { size }) => sum + size, 0),
    LIMITS,
  );
  const { host, request, allowedOrigins, folder, signal, onLog } = reading;
  const file = all.find(({ path, kind }) => path === ".lfsconfig" && kind === "file");
  const named = file && (await readGitSettings(file.sha, reading.options)).get("lfs.url");
  const server = named && URL.canParse(named) ? named : lfsServerOf(host.url);
  const { protocol, host: address } = new URL(server);
  if (!/^https?:$/.test(protocol))
    throw new SourceError(
      `Files of Git LFS (${quotedPath(files[0]!.path)}) are fetched by http and https alone, and not from ${protocol}//${address}. Build from LOCAL, after \`git lfs pull\`, or name them in .dockerignore.`,
    );
  const credentials = isSameOrigin(server, host.url) ? request.credentials : null;
  onLog(`Fetching ${files.length} files of Git LFS from ${protocol}//${address}\n`);
  await fetchLfs(files, { server, credentials, allowedOrigins, folder: join(folder, "lfs"), signal });
}

/** Credentials go to the origin that they were given for, and to no other. */
const isSameOrigin = (one: string, other: string): boolean => {
  const [a, b] = [new URL(one), new URL(other)];
  return a.protocol === b.protocol && a.host === b.host;
};

async function textOf(
  blobs: BlobReader,
  { path, sha, size }: { path: string; sha: string; size: number },
): Promise<string> {
  if (size > MAX_TEXT_BYTES) throw new SourceError(`The ${path} is larger than 1 MiB.`);
  return blobs.text(sha);
}

/** Returns the addresses of a commit's submodules by path, relative ones resolved. @throws SourceError */
async function submoduleUrls(
  entries: readonly GitEntry[],
  repository: string,
  options: GitOptions,
): Promise<Map<string, string>> {
  const file = entries.find(({ path, kind }) => path === ".gitmodules" && kind === "file");
  const settings = file ? await readGitSettings(file.sha, options) : new Map<string, string>();
  const urls = new Map<string, string>();
  for (const [name, path] of settings) {
    const section = /^(submodule\..*)\.path$/s.exec(name)?.[1];
    const url = section && settings.get(`${section}.url`);
    if (url) urls.set(path, resolveUrl(url, repository));
  }
  return urls;
}

/** Returns the settings in a git config file of a commit. Includes are not read. */
async function readGitSettings(sha: string, options: GitOptions): Promise<Map<string, string>> {
  const lines = (await git(["config", "--blob", sha, "--no-includes", "-z", "--list"], options)).toString("utf8");
  return new Map(
    lines
      .split("\0")
      .filter(Boolean)
      .map((line) => [line.split("\n", 1)[0]!, line.slice(line.indexOf("\n") + 1)]),
  );
}

function resolveUrl(url: string, repository: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  let base = repository.replace(/\/+$/, "");
  let rest = url;
  for (let step = /^\.\.?\//.exec(rest); step; step = /^\.\.?\//.exec(rest)) {
    if (step[0] === "../") base = base.slice(0, base.lastIndexOf("/"));
    rest = rest.slice(step[0].length);
  }
  return `${base}/${rest}`;
}

/** @throws SourceError naming the submodule and a way out. */
function refuseSubmodule(path: string, why: string): never {
  throw new SourceError(
    `The submodule ${quotedPath(path)} could not be fetched: ${why} Build from LOCAL, after \`git submodule update --init\`, or name it in .dockerignore.`,
  );
}
