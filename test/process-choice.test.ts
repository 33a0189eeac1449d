import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "./support/free-port.js";
import { openTempFolder } from "./support/temp-folder.js";

/** What the server says when it has started, on a machine without an engine. */
async function greetingOf(settings: Record<string, string>): Promise<string> {
  await using folder = await openTempFolder();
  const environment = {
    PATH: process.env["PATH"] ?? "",
    LOG_LEVEL: "silent",
    PORT: String(await freePort()),
    ROCAS_DATA: join(folder.path, "data"),
    DOCKER_HOST: `unix://${folder.path}/none.sock`,
  };
  const server = spawn(process.execPath, ["dist/main.js"], { env: { ...environment, ...settings } });
  let told = "";
  server.stdout.on("data", (piece: Buffer) => (told += piece.toString()));
  await expect.poll(() => told, { timeout: 25_000 }).toMatch(/Engine .*\n/);
  const end = new Promise((resolve) => server.once("close", resolve));
  server.kill();
  await end;
  return told;
}

test("without an engine and a token nothing runs, and the start says what one may do", async () => {
  const greeting = await greetingOf({});

  expect(greeting).toContain("none found: builds, trainings and deployments are refused until one answers");
  expect(greeting).toContain("ROCAS_RUNTIME=process");
});

test("without an engine, but with a token, projects are run by local processes, and the start says what that means", async () => {
  const greeting = await greetingOf({ ROCAS_TOKEN: "a-secret" });

  expect(greeting).toMatch(/Engine +local processes, Python 3/);
  expect(greeting).toContain("without isolation");
  expect(greeting).not.toContain("a-secret");
});

test("who asks for local processes gets them without a token, and is told who can run code then", async () => {
  const greeting = await greetingOf({ ROCAS_RUNTIME: "process" });

  expect(greeting).toMatch(/Engine +local processes/);
  expect(greeting).toContain("every user of this machine can run code");
});
