// Installs what a folder has a lock file for. The suites and the bench share it.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Returns the status of a command. */
export function run(command, words, cwd) {
  const { status, error } = spawnSync(command, words, { cwd, stdio: "inherit" });
  if (error) throw error;
  return status ?? 1;
}

/** Installs once for each state of the lock file: what was installed from it stays. Ends the process if it fails. */
export function install(folder) {
  const stamp = join(folder, "node_modules/.installed-from");
  const lock = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return;
  const status = run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder);
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, lock);
}
