import { type FileHandle, mkdir, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { asGitRef } from "../../names.js";
import type { Credentials } from "../../runtime/image-builder.js";
import { masked } from "../../text/masked.js";
import { printable } from "../../text/printable.js";
import { SourceError } from "../source.js";
import { git, GitFailed, type GitHow } from "./git-command.js";
import type { GitHost } from "./git-host.js";

export interface Fetched {
  readonly host: GitHost;
  readonly ref: string | null;
  readonly credentials: Credentials | null;
  /** Git's own folder; made here if it is new, in the object format of the host. */
  readonly repository: string;
  readonly isNew: boolean;
  /** An empty folder, for askpass. */
  readonly private: string;
  readonly signal: AbortSignal;
}

const MOST_BYTES = 1024 ** 3;
const WATCH = 500;
const COMMIT = /^[0-9a-f]{7,64}$/;
/** The id of a commit, in either object format of git. */
export const isCommit = (text: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);

/**
 * Fetches what the reference names, alone and without history, and gives its full SHA. A commit that the host does not
 * give alone, or a shortened one, needs the whole history.
 * @throws SourceError with what git said; BAD_USER_INPUT for what is no reference.
 */
export async function fetchCommit(fetched: Fetched): Promise<string> {
  const ref: string = fetched.ref === null ? "HEAD" : asGitRef(fetched.ref);
  await using askpass = await openAskpass(fetched.private, fetched.credentials);
  const how: GitHow = {
    folder: fetched.repository,
    home: fetched.private,
    environment: {
      GIT_ALLOW_PROTOCOL: fetched.host.scheme,
      GIT_SSH_COMMAND: "ssh -o BatchMode=yes",
      ...askpass?.environment,
    },
    settings: fetched.host.settings,
    descriptors: askpass?.descriptors,
    signal: fetched.signal,
  };
  try {
    return await inFormat(fetched, ref, how);
  } catch (error) {
    if (!(error instanceof GitFailed)) throw error;
    throw new SourceError(sentence(error, fetched), { cause: undefined });
  }
}

/** A repository of SHA-1 fetches nothing from one of SHA-256: which one the host's is, its answers show. */
async function inFormat(fetched: Fetched, ref: string, how: GitHow): Promise<string> {
  if (fetched.isNew) await makeRepository(fetched.repository, "sha1", how);
  try {
    return await alone(fetched, ref, how);
  } catch (error) {
    if (!(error instanceof GitFailed) || !fetched.isNew || !(await usesSha256(fetched.host, how))) throw error;
    await makeRepository(fetched.repository, "sha256", how);
    return alone(fetched, ref, how);
  }
}

async function makeRepository(folder: string, format: "sha1" | "sha256", how: GitHow): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o700 });
  await git(["init", "--quiet", "--bare", "--template=", `--object-format=${format}`, folder], how);
}

async function usesSha256({ url }: GitHost, how: GitHow): Promise<boolean> {
  try {
    return /^[0-9a-f]{64}\t/.test((await git(["ls-remote", "--", url, "HEAD"], how)).toString("utf8"));
  } catch (error) {
    if (error instanceof GitFailed) return false;
    throw error;
  }
}

async function alone(fetched: Fetched, ref: string, how: GitHow): Promise<string> {
  try {
    await watched(fetched, ["--depth=1"], [ref], how);
    return await commitOf("FETCH_HEAD", how);
  } catch (error) {
    if (!(error instanceof GitFailed) || !COMMIT.test(ref)) throw error;
    await watched(fetched, [], ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"], how);
    return commitOf(ref, how);
  }
}

async function watched(fetched: Fetched, options: string[], refs: string[], how: GitHow): Promise<void> {
  const tooLarge = new AbortController();
  const watching = setInterval(() => {
    void sizeOf(fetched.repository).then((size) => {
      if (size > MOST_BYTES) tooLarge.abort(new SourceError("The repository is larger than 1 GiB."));
    });
  }, WATCH);
  const words = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-maintenance", ...options];
  try {
    const signal = AbortSignal.any([fetched.signal, tooLarge.signal]);
    await git([...words, "--", fetched.host.url, ...refs], { ...how, signal });
  } finally {
    clearInterval(watching);
  }
}

async function commitOf(ref: string, how: GitHow): Promise<string> {
  const words = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`];
  const commit = (await git(words, how)).toString("utf8").trim();
  if (!isCommit(commit)) throw new GitFailed("The reference names no commit.");
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

// Without a cause: what git said may hold what it was given.
function sentence({ message }: GitFailed, { host, ref, credentials }: Fetched): string {
  const said = masked(printable(message), credentials).slice(0, 2_000);
  return `${ref ?? "The default branch"} could not be fetched from ${host.url}: ${said}`;
}

/** Lets git ask for credentials: a program to ask, and the open files in which it finds the answers. */
export interface Askpass extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly descriptors: readonly number[];
}

// Each look at /dev/fd begins at the start of the file.
const PROGRAM = `#!/bin/sh
case "$1" in
  Username*) exec cat /dev/fd/3 ;;
  *) exec cat /dev/fd/4 ;;
esac
`;

/** The credentials are in files without a name from before their first byte: they outlive no crash and stand in no list. */
async function openAskpass(folder: string, credentials: Credentials | null): Promise<Askpass | null> {
  if (!credentials) return null;
  const program = join(folder, "askpass");
  await writeFile(program, PROGRAM, { mode: 0o700 });
  const files = [await nameless(folder, credentials.username), await nameless(folder, credentials.password)];
  return {
    environment: { GIT_ASKPASS: program },
    descriptors: files.map((file) => file.fd),
    async [Symbol.asyncDispose]() {
      for (const file of files) await file.close();
    },
  };
}

async function nameless(folder: string, content: string): Promise<FileHandle> {
  const place = join(folder, "answer");
  const file = await open(place, "wx+", 0o600);
  await rm(place);
  await file.write(content, 0);
  return file;
}
