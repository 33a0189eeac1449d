// Installs what each suite needs beside it and runs them all, or what the arguments name: `npm run suites -- relay`.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SUITES = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(SUITES, "..");

function run(command, words, cwd) {
  const { status, error } = spawnSync(command, words, { cwd, stdio: "inherit" });
  if (error) throw error;
  return status ?? 1;
}

/** Once for each state of the lock file: what was installed from it stays. */
function install(folder) {
  const stamp = join(folder, "node_modules/.installed-from");
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const status = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, lock);
}

const folders = readdirSync(SUITES).map((each) => join(SUITES, each));
for (const folder of folders.filter((each) => existsSync(join(each, "package.json")))) install(folder);
const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const words = ["run", "--config", "suites/vitest.config.ts", ...process.argv.slice(2)];
process.exitCode = run(process.execPath, [vitest, ...words], ROOT);
