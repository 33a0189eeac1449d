import { readFileSync } from "node:fs";

/** The modules of the server are opened some hundred at a time. */
const LEAST_FILES = 512;

/** The number of files that this process may have open; undefined if the system does not say. */
function mostFiles(): number | undefined {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

const most = mostFiles();
if (most !== undefined && most < LEAST_FILES) {
  process.stderr.write(
    `This process may have ${most} files open, and needs ${LEAST_FILES} at least: raise the limit (ulimit -n) to 1024 or more.\n`,
  );
  process.exit(1);
}
// Only then: with too few the loading itself would fail, with a stack that names some module.
await import("./serve.js");
