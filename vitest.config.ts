import { spawnSync } from "node:child_process";
import { configDefaults, defineConfig } from "vitest/config";

// What runs projects without an engine makes virtual environments.
const PYTHON = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))";
const hasPython = spawnSync("python3", ["-c", PYTHON]).status === 0;
if (!hasPython)
  console.warn(
    "The tests of local processes (*process*.test.ts) are skipped: there is no python3 of 3.9 or newer with its module venv (on Debian: apt-get install python3-venv).",
  );

export default defineConfig({
  // Node loads graphql's CommonJS file for libraries and vitest its ES module for tests: two modules, two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(hasPython ? [] : ["test/**/*process*.test.ts"])],
    globalSetup: ["test/support/set-up.ts"],
    // Decorators need it before the first class, in whichever order a test loads modules.
    setupFiles: ["reflect-metadata"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a test waits for comes late on a busy machine; it is not measured.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 3,
  },
});
