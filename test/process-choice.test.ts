import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hasChromium, openBrowser } from "./http/support/open-browser.js";
import { openEngine } from "../src/open-engine.js";
import { openTestApp } from "./support/open-test-app.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const withoutEngine = (folder: TempFolder) => ({
  MONGODB_URI: "",
  LOG_LEVEL: "silent",
  ROCAS_DATA: join(folder.path, "data"),
  DOCKER_HOST: `unix://${folder.path}/none.sock`,
  ROCAS_TOKEN: "a-secret",
});

/** What the server says when it has started, on a machine without an engine. */
async function greetingOf(settings: Record<string, string>): Promise<string> {
  await using folder = await openTempFolder();
  await using server = await startServerProcess({ ...withoutEngine(folder), ...settings });
  return server.stdout;
}

test.each([
  ["127.0.0.1", "process"],
  ["192.0.2.1", "docker"],
])("without an engine, what listens on %s takes %s", async (HOST, kind) => {
  await using app = await openTestApp({ ROCAS_TOKEN: "a-secret" });
  const { store, settings } = app.app;

  const engine = await openEngine({ ...settings, HOST, DOCKER_HOST: "unix:///no/engine.sock" }, store, "alone");

  expect(engine.kind).toBe(kind);
});

test("who wants an engine alone has nothing run without one, and the start says what one may do", async () => {
  const greeting = await greetingOf({ ROCAS_RUNTIME: "docker" });

  expect(greeting).toContain("none found: builds, trainings and deployments are refused until one answers");
  expect(greeting).toContain("ROCAS_RUNTIME=process");
});

test("without an engine projects are run by local processes, and the start says what that means", async () => {
  const greeting = await greetingOf({});

  expect(greeting).toMatch(/Engine +local processes, Python 3/);
  expect(greeting).toContain("without isolation");
  expect(greeting).not.toContain("a-secret");
});

test("who wants no token is told who can run code then", async () => {
  const greeting = await greetingOf({ ROCAS_TOKEN: "none" });

  expect(greeting).toMatch(/Engine +local processes/);
  expect(greeting).toContain("every user of this machine can run code");
});

test.skipIf(!hasChromium)("GraphiQL's first tab says that nothing isolates what runs", async () => {
  execFileSync(process.execPath, ["src/build-graphiql.mjs"], { stdio: "inherit" });
  await using folder = await openTempFolder();
  await using server = await startServerProcess(withoutEngine(folder));
  await using browser = await openBrowser();

  await browser.page.goto(`${server.url}/graphql#token=a-secret`);

  await browser.page.getByText("# This server runs projects as local processes:").waitFor();
  await browser.page.getByText("# without isolation, with the rights of the user").waitFor();
  expect(browser.problems).toEqual([]);
});
