// Installs what each suite needs beside it, judges its types, and runs them all, or what the arguments name:
// `npm run suites -- relay`.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { install, run } from "./install.mjs";

const SUITES = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(SUITES, "..");

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
