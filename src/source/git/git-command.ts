import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { SourceError } from "../source.js";

// Of the process's own environment nothing reaches git.
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

const CLOSED = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.symlinks": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.askPass": "",
  "core.bigFileThreshold": "16m",
  "credential.helper": "",
  "fetch.recurseSubmodules": "false",
  // Always a pack, however few the objects: its size is watched.
  "fetch.unpackLimit": "1",
  "gc.auto": "0",
  "http.followRedirects": "false",
  "maintenance.auto": "false",
  "pack.threads": "1",
  "protocol.ext.allow": "never",
  "protocol.file.allow": "never",
  "safe.directory": "*",
  "submodule.recurse": "false",
  "transfer.bundleURI": "false",
} as const;

export interface GitHow {
  /** Git's folder of its own, or a folder of which it looks for it. */
  readonly folder: string;
  /** An empty folder. */
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Open files that git and what it starts find as 3, 4 and so on. */
  readonly descriptors?: readonly number[];
  readonly signal?: AbortSignal;
}

/** Git said no; what it said is in the message. */
export class GitFailed extends Error {}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts git in a group of its own, with every option closed off that makes it run or reach something else. */
export function startGit(words: readonly string[], how: GitHow): GitProcess {
  const options = Object.entries({ ...CLOSED, ...how.settings }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return spawn("git", [...options, ...words], {
    cwd: how.folder,
    env: { ...environment(how.home), ...how.environment },
    stdio: ["pipe", "pipe", "pipe", ...(how.descriptors ?? [])],
    shell: false,
    // Programs that git started go with it when the group is ended.
    detached: true,
  }) as GitProcess;
}

const environment = (home: string) => ({
  PATH,
  HOME: home,
  XDG_CONFIG_HOME: home,
  LC_ALL: "C",
  GIT_ALLOW_PROTOCOL: "none",
  GIT_ASKPASS: "/bin/false",
  GIT_ATTR_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_SYSTEM: "/dev/null",
  GIT_LFS_SKIP_SMUDGE: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
});

const MOST_OUTPUT = 64 * 1024 * 1024;
const MOST_COMPLAINT = 16 * 1024;

/**
 * Runs git to its end and gives what it wrote. @param input what it reads
 * @throws GitFailed; SourceError if there is no git; the signal's reason.
 */
export async function git(words: readonly string[], how: GitHow, input = ""): Promise<Buffer> {
  how.signal?.throwIfAborted();
  const process = startGit(words, how);
  process.stdin.on("error", () => {}).end(input);
  const end = () => endGit(process);
  how.signal?.addEventListener("abort", end, { once: true });
  try {
    const ended = exitOf(process);
    const [output, complaint, code] = await Promise.all([
      collected(process.stdout, MOST_OUTPUT, end),
      collected(process.stderr, MOST_COMPLAINT),
      ended,
    ]);
    how.signal?.throwIfAborted();
    if (output.length > MOST_OUTPUT) throw new GitFailed("Git wrote more than 64 MiB.");
    if (code !== 0) throw new GitFailed(complaint.toString("utf8").trim() || `Git ended with ${code}.`);
    return output;
  } finally {
    how.signal?.removeEventListener("abort", end);
  }
}

/** Ends git and all that it started. */
export function endGit({ pid }: GitProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function exitOf(child: GitProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cause.code === "ENOENT" ? new SourceError("Git is not installed on this machine.", { cause }) : cause),
    );
  });
}

/** Up to the limit and one piece more; what comes after that is dropped. */
async function collected(stream: Readable, most: number, tooMuch: () => void = () => {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    if (length > most) continue;
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > most) tooMuch();
  }
  return Buffer.concat(pieces);
}
