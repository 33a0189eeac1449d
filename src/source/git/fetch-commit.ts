import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { asGitRef } from "../../names.js";
import type { Credentials } from "../../runtime/image-builder.js";
import { masked } from "../../text/masked.js";
import { printable } from "../../text/printable.js";
import { SourceError } from "../source.js";
import { openAskpass } from "./askpass.js";
import { git, GitError, type GitOptions } from "./git-command.js";
import type { GitHost } from "./git-host.js";

export interface FetchRequest {
  readonly host: GitHost;
  readonly ref: string | null;
  readonly credentials: Credentials | null;
  /** Git's own folder. If it is new, it is made in the object format of the host. */
  readonly repository: string;
  readonly isNew: boolean;
  /** An empty folder, for askpass. */
  readonly home: string;
  readonly signal: AbortSignal;
}

const MAX_BYTES = 1024 ** 3;
const WATCH_MS = 500;
const COMMIT_OR_PREFIX = /^[0-9a-f]{7,64}$/;
/** True if the text is a full commit id, in SHA-1 or SHA-256. */
export const isCommitId = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/**
 * Fetches the commit of a reference without history, and returns its full id. A shortened id needs the whole history,
 * and so does a commit that the host refuses to give alone.
 * @throws SourceError with git's message; BAD_USER_INPUT if the reference is malformed.
 */
export async function fetchCommit(request: FetchRequest): Promise<string> {
  const ref: string = request.ref === null ? "HEAD" : asGitRef(request.ref);
  await using askpass = await openAskpass(request.home, request.credentials);
  const options: GitOptions = {
    folder: request.repository,
    home: request.home,
    environment: {
      GIT_ALLOW_PROTOCOL: request.host.scheme,
      GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
      ...askpass?.environment,
    },
    settings: request.host.settings,
    descriptors: askpass?.descriptors,
    signal: request.signal,
  };
  try {
    return await fetchInFormat(request, ref, options);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    throw new SourceError(failureMessage(error, request), { cause: undefined });
  }
}

/** A SHA-1 repository cannot fetch from a SHA-256 one. `ls-remote` shows the format of the host. */
async function fetchInFormat(request: FetchRequest, ref: string, options: GitOptions): Promise<string> {
  if (request.isNew) await makeRepository(request.repository, "sha1", options);
  try {
    return await fetchAlone(request, ref, options);
  } catch (error) {
    if (!(error instanceof GitError) || !request.isNew || !(await usesSha256(request.host, options))) throw error;
    await makeRepository(request.repository, "sha256", options);
    return fetchAlone(request, ref, options);
  }
}

async function makeRepository(folder: string, format: "sha1" | "sha256", options: GitOptions): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  await git(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, folder], options);
}

async function usesSha256({ url }: GitHost, options: GitOptions): Promise<boolean> {
  try {
    return /^[0-9a-f]{64}\t/.test((await git(["ls-remote", "--", url, "HEAD"], options)).toString("utf8"));
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

async function fetchAlone(request: FetchRequest, ref: string, options: GitOptions): Promise<string> {
  try {
    await fetchWithinLimit(request, ["--depth=1"], [ref], options);
    return await resolveCommit("FETCH_HEAD", options);
  } catch (error) {
    if (!(error instanceof GitError) || !COMMIT_OR_PREFIX.test(ref)) throw error;
    await fetchWithinLimit(request, [], ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], options);
    return resolveCommit(ref, options);
  }
}

async function fetchWithinLimit(
  request: FetchRequest,
  flags: string[],
  refs: string[],
  options: GitOptions,
): Promise<void> {
  const tooLarge = new AbortController();
  const watching = setInterval(() => {
    void sizeOf(request.repository).then((size) => {
      if (size > MAX_BYTES) tooLarge.abort(new SourceError("The repository is larger than 1 GiB."));
    });
  }, WATCH_MS);
  const args = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", ...flags];
  try {
    const signal = AbortSignal.any([request.signal, tooLarge.signal]);
    await git([...args, "--", request.host.url, ...refs], { ...options, signal });
  } finally {
    clearInterval(watching);
  }
}

async function resolveCommit(ref: string, options: GitOptions): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const commit = (await git(args, options)).toString("utf8").trim();
  if (!isCommitId(commit)) throw new GitError("The reference names no commit.");
  return commit;
}

async function sizeOf(repository: string): Promise<number> {
  const folder = join(repository, "objects", "pack");
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

// The error has no cause: git's message may contain the credentials.
function failureMessage({ message }: GitError, { host, ref, credentials }: FetchRequest): string {
  const said = masked(printable(message), credentials).slice(0, 2_000);
  return `${ref ?? "The default branch"} could not be fetched from ${host.url}: ${said}`;
}
