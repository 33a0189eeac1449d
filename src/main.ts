import { readFileSync } from "node:fs";
import { keepYoungSpaceSmall } from "./young-space.js";

/** Node opens some hundred modules of the server at a time. */
const MIN_OPEN_FILES = 512;

/** Returns how many files this process may have open; undefined if the system does not say. */
function openFilesLimit(): number | undefined {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}

const most = openFilesLimit();
if (most !== undefined && most < MIN_OPEN_FILES) {
  process.stderr.write(
    `This process may have ${most} files open, and needs ${MIN_OPEN_FILES} at least: raise the limit (ulimit -n) to 1024 or more.\n`,
  );
  process.exit(1);
}
// graphql reads it as it loads: without it, each check of a type that fails looks for a second copy of graphql.
process.env["NODE_ENV"] ??= "production";
keepYoungSpaceSmall();
// With too few open files the import itself would fail, with a stack that names some module.
await import("./serve.js");
