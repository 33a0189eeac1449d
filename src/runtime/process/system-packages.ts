import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

/** The commands that install what projects need of a system. */
export interface SystemPackages {
  /** Installs a Python of 3.9 or newer that makes environments. */
  readonly python: string;
  /** Installs one beside an older Python. */
  readonly newerPython: string;
  /** Installs the modules that a Python of that version (`3.11`) needs to make environments. */
  readonly venv: (version: string) => string;
  /** Installs a compiler, for packages that have no wheel. */
  readonly compiler: string;
}

const DEBIAN: SystemPackages = {
  python: "sudo apt install python3 python3-venv",
  newerPython: "sudo apt install python3.9 python3.9-venv",
  venv: (version) => `sudo apt install python${version}-venv`,
  compiler: "sudo apt install build-essential python3-dev",
};
const FEDORA: SystemPackages = {
  python: "sudo dnf install python3",
  newerPython: "sudo dnf install python3.11",
  venv: () => "sudo dnf install python3-libs python3-pip",
  compiler: "sudo dnf install gcc gcc-c++ make python3-devel",
};
const ALPINE: SystemPackages = {
  python: "apk add python3",
  newerPython: "apk upgrade python3",
  venv: () => "apk add python3 py3-pip",
  compiler: "apk add build-base python3-dev",
};
const ARCH: SystemPackages = {
  python: "sudo pacman -S python",
  newerPython: "sudo pacman -S python",
  venv: () => "sudo pacman -S python",
  compiler: "sudo pacman -S base-devel",
};
const SUSE: SystemPackages = {
  python: "sudo zypper install python3",
  newerPython: "sudo zypper install python311",
  venv: () => "sudo zypper install python3 python3-pip",
  compiler: "sudo zypper install gcc gcc-c++ make python3-devel",
};
const MACOS: SystemPackages = {
  python: "brew install python",
  newerPython: "brew install python",
  venv: () => "brew install python",
  compiler: "xcode-select --install",
};
const OTHER: SystemPackages = {
  python: "install it with the packages of this system, or from python.org",
  newerPython: "install it with the packages of this system, or from python.org",
  venv: () => "install it with the packages of this system",
  compiler: "install a C compiler and Python's headers with the packages of this system",
};
/** By `ID` and `ID_LIKE` of os-release. */
const FAMILIES: Readonly<Record<string, SystemPackages>> = {
  debian: DEBIAN,
  ubuntu: DEBIAN,
  fedora: FEDORA,
  rhel: FEDORA,
  centos: FEDORA,
  alpine: ALPINE,
  arch: ARCH,
  suse: SUSE,
  opensuse: SUSE,
};

/** @param osRelease the text of `/etc/os-release`; empty if there is none */
export function systemPackages(
  platform: NodeJS.Platform = process.platform,
  osRelease = readOsRelease(),
): SystemPackages {
  if (platform === "darwin") return MACOS;
  const ids = ["ID", "ID_LIKE"].flatMap((name) => words(osRelease, name));
  return ids.map((id) => FAMILIES[id]).find((family) => family !== undefined) ?? OTHER;
}

const words = (osRelease: string, name: string): string[] =>
  (new RegExp(`^${name}=(.*)$`, "m").exec(osRelease)?.[1] ?? "").replace(/["']/g, "").split(/\s+/);

function readOsRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

const COMPILERS = ["cc", "gcc", "clang"];

/** Returns a hint with the command that installs a compiler; null if the machine has one. */
export async function compilerHint(env: NodeJS.ProcessEnv): Promise<string | null> {
  if (env["CC"] || (await hasCompiler(env))) return null;
  return `No C compiler is on the PATH, which only packages without a wheel for this machine need: ${systemPackages().compiler}`;
}

async function hasCompiler({ PATH = "" }: NodeJS.ProcessEnv): Promise<boolean> {
  // macOS has the programs on the PATH without a compiler. They would open a window.
  if (process.platform === "darwin") return succeeds(promisify(execFile)("xcode-select", ["-p"]));
  const files = PATH.split(delimiter).flatMap((folder) => COMPILERS.map((name) => join(folder, name)));
  const found = await Promise.all(files.map((file) => succeeds(access(file, constants.X_OK))));
  return found.includes(true);
}

const succeeds = (act: Promise<unknown>): Promise<boolean> =>
  act.then(
    () => true,
    () => false,
  );
