// Installs what each suite needs beside it, judges its types, and runs them all, or what the arguments name:
// `npm run suites -- relay`.
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

const has = (name) => (folder) => existsSync(join(folder, name));
const folders = readdirSync(SUITES).map((each) => join(SUITES, each));
const installed = (command) => join(ROOT, "node_modules", command);

folders.filter(has("package.json")).forEach(install);
const judged = folders
  .filter(has("tsconfig.json"))
  .map((folder) => run(process.execPath, [installed("typescript/bin/tsc"), "--noEmit", "-p", folder], ROOT));
const words = ["run", "--config", "suites/vitest.config.ts", ...process.argv.slice(2)];
const tried = run(process.execPath, [installed("vitest/vitest.mjs"), ...words], ROOT);
process.exitCode = [...judged, tried].find((status) => status !== 0) ?? 0;
