import { chmod, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const ASKED = '{"query":"{ models { totalCount } }"}';

let folder: TempFolder;
let kept: string;
beforeEach(async () => {
  folder = await openTempFolder();
  kept = join(folder.path, "data", "token");
});
afterEach(() => folder[Symbol.asyncDispose]());

const start = (settings: Record<string, string> = {}) =>
  startServerProcess({ ROCAS_DATA: join(folder.path, "data"), MONGODB_URI: "", ROCAS_TOKEN: "", ...settings });

async function status(url: string, token?: string): Promise<number> {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  return (await fetch(`${url}/graphql`, { method: "POST", headers, body: ASKED })).status;
}

describe("a start without ROCAS_TOKEN", () => {
  test("makes a token for this user alone, which every request must carry", async () => {
    await using server = await start();
    const token = (await readFile(kept, "utf8")).trim();

    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(await status(server.url)).toBe(401);
    expect(await status(server.url, `${token}x`)).toBe(401);
    expect(await status(server.url, token)).toBe(200);
  });

  test("prints it in the fragment of GraphiQL's address, and in no query string and no log", async () => {
    await using server = await start({ LOG_LEVEL: "trace" });
    const token = (await readFile(kept, "utf8")).trim();
    await status(server.url, token);
    await status(server.url);

    expect(server.stdout).toContain(`${server.url}/graphql#token=${token}\n`);
    expect(server.stdout.split(token)).toHaveLength(2);
    expect(server.stderr).not.toContain(token);
  });

  test("takes the token that is there", async () => {
    const first = await start();
    const token = await readFile(kept, "utf8");
    await first[Symbol.asyncDispose]();

    await using second = await start();

    expect(await readFile(kept, "utf8")).toBe(token);
    expect(await status(second.url, token.trim())).toBe(200);
  });

  test.each([
    ["empty", "", 0o600, "holds no token"],
    ["of several lines", "one\ntwo\n", 0o600, "holds no token"],
    ["that says none", "none\n", 0o600, "holds no token"],
    ["that others may read", "a-good-token\n", 0o644, "chmod 600"],
  ])("refuses a file %s, with what to do", async (_, text, mode, advice) => {
    await (await start({ ROCAS_TOKEN: "another" }))[Symbol.asyncDispose]();
    await writeFile(kept, text);
    await chmod(kept, mode);

    await expect(start()).rejects.toThrow(advice);
  });
});

test("a token that is set goes before the one that is kept, and is not printed", async () => {
  await (await start())[Symbol.asyncDispose]();
  await using server = await start({ ROCAS_TOKEN: "set-by-the-operator" });

  expect(await status(server.url, (await readFile(kept, "utf8")).trim())).toBe(401);
  expect(await status(server.url, "set-by-the-operator")).toBe(200);
  expect(server.stdout).not.toContain("set-by-the-operator");
});

test("none opens loopback, which the start says, and makes no token", async () => {
  await using server = await start({ ROCAS_TOKEN: "none" });

  expect(await status(server.url)).toBe(200);
  expect(server.stdout).toContain("none (ROCAS_TOKEN=none): every user of this machine can");
  await expect(stat(kept)).rejects.toMatchObject({ code: "ENOENT" });
});
