import { createHash } from "node:crypto";
import { access, cp, mkdir, readdir, readFile, stat, statfs, utimes, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { DiskFull } from "../../machine-faults.js";
import { DAY_MS, MIB } from "../../units.js";
import { ImageBuildError, type OnLog } from "../image-builder.js";
import type { Python } from "./find-python.js";
import { bytesIn, namesIn, removeTree } from "./folders.js";
import { installerEnv, installFailure, LineBuffer } from "./installer.js";
import { runProgram } from "./run-program.js";
import { SingleFlight } from "./single-flight.js";

/** The packages of each environment beside the project's. */
export interface BasePackages {
  /** Requirements in pip's form. */
  readonly requirements: readonly string[];
  /** The folder of the package `rocas`; null for an environment without it. */
  readonly folder: string | null;
}

const ROCAS_PACKAGE = fileURLToPath(new URL("../../../src/onboard/image/rocas", import.meta.url));
/** The packages that run a notebook: the same as in the base image, from the index. */
export const BASE_PACKAGES: BasePackages = {
  requirements: ["ipykernel>=6.17,<7", "nbclient>=0.7,<1", "nbformat>=5.5,<6"],
  folder: ROCAS_PACKAGE,
};

/** Returns the packages' hash, 64 hex digits. */
export async function basePackagesHash({ requirements, folder }: BasePackages): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(requirements));
  if (folder === null) return hash.digest("hex");
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((each) => each.isFile() && each.name.endsWith(".py"))
    .map((each) => join(each.parentPath, each.name));
  for (const path of paths.sort()) {
    const content = await readFile(path);
    hash.update(`${relative(folder, path).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** One call of the installer. Calls keep the order of the Dockerfile. */
export interface Installation {
  /** Arguments after `install`: options, packages and paths of files on this machine. */
  readonly words: readonly string[];
  /** The working directory of the call. */
  readonly folder: string;
  /** The author's text, for the log. */
  readonly label: string;
}

export interface EnvironmentSpec {
  /** A hash over all that decides its content, 64 hex digits: the name of its folder. */
  readonly hash: string;
  readonly python: Python;
  readonly basePackages: BasePackages;
  readonly installations: readonly Installation[];
}

const COMPLETE = ".complete";
const UNUSED_KEPT_MS = DAY_MS;
const MAX_TAIL = 64 * 1024;
/** The system library's messages for ENOSPC and EDQUOT. */
const DISK_FULL = /No space left on device|Disk quota exceeded|os error 28\b/;
/** Below this, no environment is made. */
const MIN_FREE_BYTES = MIB;

/** Virtual environments, each made once and shared by all builds that need it. */
export class Environments {
  private readonly flights = new SingleFlight();
  /** Environments of builds under way, whose images do not name them yet. */
  private readonly holders = new Map<string, number>();

  constructor(private readonly folder: string) {}

  /** Returns the path of an environment's Python. The environment may not exist yet. */
  python(hash: string): string {
    return join(this.folder, hash, "bin", "python3");
  }

  /**
   * Makes the environment unless it is complete, once for all simultaneous callers. It stays until its holders are
   * disposed of. An environment without its marker file is incomplete: the next call begins anew.
   * @throws ImageBuildError with the installer's error; the signal's reason
   */
  async acquire(spec: EnvironmentSpec, signal: AbortSignal, onLog: OnLog): Promise<AsyncDisposable> {
    const { hash } = spec;
    this.holders.set(hash, (this.holders.get(hash) ?? 0) + 1);
    const release = async () => {
      this.holders.set(hash, this.holders.get(hash)! - 1);
      await this.touch(hash);
    };
    try {
      if (await this.isComplete(hash)) onLog("The environment is there already.\n");
      else await this.flights.join(hash, signal, onLog, (abort, broadcast) => this.create(spec, abort, broadcast));
    } catch (error) {
      await release();
      throw error;
    }
    return { [Symbol.asyncDispose]: release };
  }

  /**
   * Resolves once the environment is no longer being made: until then the installer may work in the build's folders.
   */
  settled(hash: string): Promise<void> {
    return this.flights.settled(hash);
  }

  /** Removes incomplete environments, and those that no image uses, a day after the last build with them. */
  async removeUnused(used: ReadonlySet<string>, now = Date.now()): Promise<void> {
    for (const hash of await namesIn(this.folder)) {
      if (used.has(hash) || this.holders.get(hash)) continue;
      const marker = await stat(join(this.folder, hash, COMPLETE)).catch(() => null);
      if (marker && now - marker.mtimeMs < UNUSED_KEPT_MS) continue;
      await removeTree(join(this.folder, hash));
    }
  }

  async diskUse(): Promise<{ readonly count: number; readonly bytes: number }> {
    const there = await namesIn(this.folder);
    return { count: there.length, bytes: await bytesIn(this.folder) };
  }

  private async create(spec: EnvironmentSpec, signal: AbortSignal, onLog: OnLog): Promise<void> {
    const place = join(this.folder, spec.hash);
    if (await this.isComplete(spec.hash)) return;
    await removeTree(place);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    try {
      await this.install(place, spec, signal, onLog);
      await writeFile(join(place, COMPLETE), "");
    } catch (error) {
      await removeTree(place);
      throw error;
    }
  }

  private async install(place: string, spec: EnvironmentSpec, signal: AbortSignal, onLog: OnLog): Promise<void> {
    const { python, basePackages, installations } = spec;
    const env = installerEnv(process.env);
    const run = async (words: readonly string[], folder: string, label: string) => {
      let tail = "";
      const lines = new LineBuffer((line) => {
        tail = (tail + line).slice(-MAX_TAIL);
        // pip writes such a line for each base package, with a path of this machine.
        if (!line.startsWith("Requirement already satisfied: ")) onLog(line);
      });
      const code = await runProgram({ python: python.executable, words, folder, env, signal }, (text) =>
        lines.write(text),
      );
      lines.end();
      if (code === 0) return;
      // The installer may swallow the message of a program that it started.
      if (DISK_FULL.test(tail) || (await isDiskNearlyFull(this.folder))) throw new DiskFull();
      throw new ImageBuildError(installFailure(tail, label, code));
    };
    onLog(`Making an environment of Python ${python.version}\n`);
    await run([python.executable, "-I", "-m", "venv", place], this.folder, "python -m venv");
    const own = this.python(spec.hash);
    const installer = (await hasUv(env))
      ? ["uv", "pip", "install", "--python", own]
      : [own, "-I", "-m", "pip", "install"];
    if (basePackages.requirements.length > 0) {
      onLog("Installing what runs notebooks\n");
      await run(
        [...installer, ...basePackages.requirements],
        this.folder,
        `pip install ${basePackages.requirements.join(" ")}`,
      );
    }
    for (const { words, folder, label } of installations) {
      onLog(`${label}\n`);
      // Named again, so that pip chooses the project's packages to fit them. An upgrade would affect them, too.
      const along = words.includes("--upgrade") || words.includes("--no-deps") ? [] : basePackages.requirements;
      await run([...installer, ...along, ...words], folder, label);
    }
    if (basePackages.folder !== null) await this.installRocas(basePackages.folder, own, run);
  }

  private async installRocas(
    from: string,
    python: string,
    run: (words: readonly string[], folder: string, label: string) => Promise<void>,
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

  private isComplete(hash: string): Promise<boolean> {
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

async function isDiskNearlyFull(folder: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < MIN_FREE_BYTES;
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
