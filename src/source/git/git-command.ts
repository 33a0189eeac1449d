import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { MIB } from "../../units.js";
import { SourceError } from "../source.js";

// Git inherits nothing from the environment of this process.
const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin";

const SAFE_SETTINGS = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.symlinks": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.askPass": "",
  "core.bigFileThreshold": "16m",
  "credential.helper": "",
  "fetch.recurseSubmodules": "false",
  // Objects always arrive as a pack, whose size is watched.
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

export interface GitOptions {
  /** Git's own folder, or a folder inside a work tree. */
  readonly folder: string;
  /** An empty folder. */
  readonly home: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: Readonly<Record<string, string>>;
  /** Open files that git and its children inherit as descriptors 3, 4 and so on. */
  readonly descriptors?: readonly number[];
  readonly signal?: AbortSignal;
}

/** Git failed; the message is what it wrote to stderr. */
export class GitError extends Error {}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts git in a process group of its own. Every setting that runs or reaches something else is off. */
export function startGit(args: readonly string[], options: GitOptions): GitProcess {
  const flags = Object.entries({ ...SAFE_SETTINGS, ...options.settings }).flatMap(([name, value]) => [
    "-c",
    `${name}=${value}`,
  ]);
  return spawn("git", [...flags, ...args], {
    cwd: options.folder,
    env: { ...environment(options.home), ...options.environment },
    stdio: ["pipe", "pipe", "pipe", ...(options.descriptors ?? [])],
    shell: false,
    // Killing the group also ends the programs that git started.
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

const MAX_OUTPUT_BYTES = 64 * MIB;
const MAX_STDERR_BYTES = 16 * 1024;

/**
 * Runs git to its end and returns its output.
 * @param input is written to its stdin.
 * @throws GitError; SourceError if git is not installed; the signal's reason.
 */
export async function git(args: readonly string[], options: GitOptions, input = ""): Promise<Buffer> {
  options.signal?.throwIfAborted();
  const process = startGit(args, options);
  process.stdin.on("error", () => {}).end(input);
  const end = () => endGit(process);
  options.signal?.addEventListener("abort", end, { once: true });
  try {
    const ended = exitCodeOf(process);
    const [output, stderr, code] = await Promise.all([
      collect(process.stdout, MAX_OUTPUT_BYTES, end),
      collect(process.stderr, MAX_STDERR_BYTES),
      ended,
    ]);
    options.signal?.throwIfAborted();
    if (output.length > MAX_OUTPUT_BYTES) throw new GitError("Git wrote more than 64 MiB.");
    if (code !== 0) throw new GitError(stderr.toString("utf8").trim() || `Git ended with ${code}.`);
    return output;
  } finally {
    options.signal?.removeEventListener("abort", end);
  }
}

/** Kills git and everything that it started. */
export function endGit({ pid }: GitProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

function exitCodeOf(child: GitProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", (cause: NodeJS.ErrnoException) =>
      reject(cause.code === "ENOENT" ? new SourceError("Git is not installed on this machine.", { cause }) : cause),
    );
  });
}

/** Returns the bytes up to the limit and one piece more. The rest is dropped. */
async function collect(stream: Readable, maxBytes: number, onOverflow: () => void = () => {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of stream) {
    if (length > maxBytes) continue;
    pieces.push(piece as Buffer);
    length += (piece as Buffer).length;
    if (length > maxBytes) onOverflow();
  }
  return Buffer.concat(pieces);
}
