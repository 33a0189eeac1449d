import { access, cp, mkdir, readdir, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DiskFull } from "../../machine-faults.js";
import { ImageBuildError, type Told } from "../image-builder.js";
import type { Python } from "./find-python.js";
import { installFailure } from "./install-failure.js";
import { installerEnv } from "./installer-env.js";
import type { OnBoard } from "./on-board.js";
import { removeTree } from "./remove-tree.js";
import { bytesIn } from "./run-volumes.js";
import { SharedWork } from "./shared-work.js";
import { TellLines } from "./tell-lines.js";
import { runTied } from "./tied-process.js";

/** One call of the installer, in the order of the Dockerfile. */
export interface Installation {
  /** After `install`: options, packages and paths of files on this machine. */
  readonly words: readonly string[];
  /** The working directory of the call. */
  readonly folder: string;
  /** As the author wrote it, for the log. */
  readonly shown: string;
}

export interface WantedEnvironment {
  /** Of all that decides what is in it, 64 hex digits: the name of its folder. */
  readonly hash: string;
  readonly python: Python;
  readonly onBoard: OnBoard;
  readonly installations: readonly Installation[];
}

const COMPLETE = ".complete";
const KEPT_UNUSED_MS = 24 * 60 * 60 * 1000;
const MOST_TAIL = 64 * 1024;
/** As the system's library puts ENOSPC and EDQUOT. */
const NO_ROOM = /No space left on device|Disk quota exceeded|os error 28\b/;
/** With less no environment is made. */
const LEAST_BYTES = 1024 * 1024;

/** Virtual environments, each made once and shared by all builds that need it. */
export class Environments {
  private readonly making = new SharedWork();
  /** Of builds under way: their images do not name them yet. */
  private readonly held = new Map<string, number>();

  constructor(private readonly folder: string) {}

  /** The Python of an environment, whether or not it is there. */
  python(hash: string): string {
    return join(this.folder, hash, "bin", "python3");
  }

  /**
   * Makes the environment unless it is whole, once for all who want it at the same time. It does not go before its
   * holder is disposed of. Without its last line on disk it counts for nothing, and the next one begins anew.
   * @throws ImageBuildError with what the installer said; the signal's reason
   */
  async hold(wanted: WantedEnvironment, signal: AbortSignal, told: Told): Promise<AsyncDisposable> {
    const { hash } = wanted;
    this.held.set(hash, (this.held.get(hash) ?? 0) + 1);
    const release = async () => {
      this.held.set(hash, this.held.get(hash)! - 1);
      await this.touch(hash);
    };
    try {
      if (await this.isWhole(hash)) told("The environment is there already.\n");
      else await this.making.join(hash, signal, told, (ending, tell) => this.make(wanted, ending, tell));
    } catch (error) {
      await release();
      throw error;
    }
    return { [Symbol.asyncDispose]: release };
  }

  /** Resolves once nobody makes it: until then the installer may work in the folders that it was given. */
  made(hash: string): Promise<void> {
    return this.making.ended(hash);
  }

  /** Removes those that no image uses, a day after the last build that did, and what was never whole. */
  async removeUnused(used: ReadonlySet<string>, now = Date.now()): Promise<void> {
    for (const hash of await readdir(this.folder).catch(() => [] as string[])) {
      if (used.has(hash) || this.held.get(hash)) continue;
      const seen = await stat(join(this.folder, hash, COMPLETE)).catch(() => null);
      if (seen && now - seen.mtimeMs < KEPT_UNUSED_MS) continue;
      await removeTree(join(this.folder, hash));
    }
  }

  async diskUse(): Promise<{ readonly count: number; readonly bytes: number }> {
    const there = await readdir(this.folder).catch(() => [] as string[]);
    return { count: there.length, bytes: await bytesIn(this.folder) };
  }

  private async make(wanted: WantedEnvironment, signal: AbortSignal, told: Told): Promise<void> {
    const place = join(this.folder, wanted.hash);
    if (await this.isWhole(wanted.hash)) return;
    await removeTree(place);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      await this.fill(place, wanted, signal, told);
      await writeFile(join(place, COMPLETE), "");
    } catch (error) {
      await removeTree(place);
      throw error;
    }
  }

  private async fill(place: string, wanted: WantedEnvironment, signal: AbortSignal, told: Told): Promise<void> {
    const { python, onBoard, installations } = wanted;
    const env = installerEnv(process.env);
    const run = async (words: readonly string[], folder: string, shown: string) => {
      let tail = "";
      const lines = new TellLines((line) => {
        tail = (tail + line).slice(-MOST_TAIL);
        // One a package that is on board, with a path of this machine in it.
        if (!line.startsWith("Requirement already satisfied: ")) told(line);
      });
      const code = await runTied({ python: python.executable, words, folder, env, signal }, (text) => lines.tell(text));
      lines.end();
      if (code === 0) return;
      // A program that another one started may have said so to nobody.
      if (NO_ROOM.test(tail) || (await isFull(this.folder))) throw new DiskFull();
      throw new ImageBuildError(installFailure(tail, shown, code));
    };
    told(`Making an environment of Python ${python.version}\n`);
    await run([python.executable, "-I", "-m", "venv", place], this.folder, "python -m venv");
    const own = this.python(wanted.hash);
    const installer = (await hasUv(env))
      ? ["uv", "pip", "install", "--python", own]
      : [own, "-I", "-m", "pip", "install"];
    if (onBoard.requirements.length > 0) {
      told("Installing what runs notebooks\n");
      await run([...installer, ...onBoard.requirements], this.folder, `pip install ${onBoard.requirements.join(" ")}`);
    }
    for (const { words, folder, shown } of installations) {
      told(`${shown}\n`);
      // Named again, so that what the project wants is chosen to go with them; an upgrade would concern them, too.
      const along = words.includes("--upgrade") || words.includes("--no-deps") ? [] : onBoard.requirements;
      await run([...installer, ...along, ...words], folder, shown);
    }
    if (onBoard.folder !== null) await this.bringPackage(onBoard.folder, own, run);
  }

  private async bringPackage(
    from: string,
    python: string,
    run: (words: readonly string[], folder: string, shown: string) => Promise<void>,
  ): Promise<void> {
    const lib = join(python, "../../lib");
    const [version] = (await readdir(lib)).filter((name) => name.startsWith("python3."));
    const place = join(lib, version!, "site-packages", "rocas");
    await cp(from, place, { recursive: true, filter: (path) => !path.endsWith("__pycache__") });
    await run([python, "-I", "-m", "compileall", "-q", place], lib, "python -m compileall");
    await run(
      [python, "-I", "-c", "import ipykernel, nbclient, nbformat, rocas"],
      lib,
      "python -c 'import ipykernel, nbclient, nbformat, rocas'",
    );
  }

  private isWhole(hash: string): Promise<boolean> {
    return access(join(this.folder, hash, COMPLETE)).then(
      () => true,
      () => false,
    );
  }

  private async touch(hash: string): Promise<void> {
    const now = new Date();
    await utimes(join(this.folder, hash, COMPLETE), now, now).catch(() => {});
  }
}

async function isFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < LEAST_BYTES;
}

async function hasUv({ PATH = "" }: Readonly<Record<string, string>>): Promise<boolean> {
  for (const folder of PATH.split(":").filter(Boolean))
    if (
      await access(join(folder, "uv"), 1).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}
