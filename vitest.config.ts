import { defineConfig } from "vitest/config";

export default defineConfig({
  // Node loads graphql's CommonJS file for libraries and vitest its ES module for tests: two modules, two realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/set-up.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a test waits for comes late on a busy machine; it is not measured.
    expect: { poll: { timeout: 20_000 } },
    maxWorkers: 3,
  },
});
