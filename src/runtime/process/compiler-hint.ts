import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { systemPackages } from "./system-packages.js";

const COMPILERS = ["cc", "gcc", "clang"];

/** A hint for a machine without a compiler, with the command that brings a compiler; null if it has one. */
export async function compilerHint(env: NodeJS.ProcessEnv): Promise<string | null> {
  if (env["CC"] || (await hasCompiler(env))) return null;
  return `No C compiler is on the PATH, which only packages without a wheel for this machine need: ${systemPackages().compiler}`;
}

async function hasCompiler({ PATH = "" }: NodeJS.ProcessEnv): Promise<boolean> {
  // There, the programs are on the PATH without a compiler behind them, and ask for one in a window.
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
