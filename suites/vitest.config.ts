import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // Node loads graphql's CommonJS file for libraries and vitest its ES module for tests: two modules, two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["suites/**/*.test.ts"],
    globalSetup: ["test/support/set-up.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
  },
});
