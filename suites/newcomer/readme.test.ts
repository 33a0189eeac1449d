import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pidsWith } from "../../test/support/pids-with.js";
import { MINUTE, Newcomer, type Started } from "./newcomer.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PREDICT = "/predict/iris/iris-live";

let newcomer: Newcomer;
let server: Started;

const start = () => newcomer.start("npm", "start");

const ask = (header: string) =>
  newcomer.run("bash", "-c", `curl -s -H "${header}" -d '[5.1, 3.5, 1.4, 0.2]' http://127.0.0.1:$PORT${PREDICT}`);

// What the README's first page says, in a fresh clone, on a machine whose engine is hidden.
beforeAll(async () => {
  newcomer = await Newcomer.arrive();
  await newcomer.run("git", "clone", "--quiet", ROOT, ".");
  await newcomer.run("npm", "ci", "--no-audit", "--no-fund");
  server = await start();
}, 8 * MINUTE);
afterAll(async () => newcomer?.[Symbol.asyncDispose](), MINUTE);

test("the start says what runs projects, and where GraphiQL and the token are", async () => {
  const token = (await readFile(join(newcomer.home, ".rocas/token"), "utf8")).trim();

  expect(server.said).toMatch(/^Engine +local processes, Python 3/m);
  expect(server.said).toContain(`#token=${token}\n`);
  expect(server.said).toContain("in .rocas/token");
});

test("npm run demo ends with the prediction and its lineage", { timeout: 12 * MINUTE }, async () => {
  const { stdout } = await newcomer.run("npm", "run", "demo");

  expect(stdout).toContain(`is "setosa", says iris-clf/v-`);
  expect(stdout).toMatch(/"bvers": \{\s+"tag": "latest",\s+"dockerId": "sha256:/);
});

test("the README's way to the token opens what the demo has deployed, and nothing else does", async () => {
  expect((await ask("authorization: Bearer $(cat .rocas/token)")).stdout).toBe('"setosa"');
  expect((await ask("x-nothing: 1")).stdout).toContain("UNAUTHENTICATED");
});

test("a SIGTERM for npm ends the server, and what is deployed runs on", async () => {
  await server.end();

  await expect(ask("x-nothing: 1")).rejects.toThrow();
  expect(pidsWith(`ROCAS_ROOT=${newcomer.home}`)).not.toEqual([]);
});

test(
  "a built server starts without the compiler, and says what is missing if a source has changed",
  { timeout: 5 * MINUTE },
  async () => {
    await newcomer.run("npm", "prune", "--omit=dev", "--no-audit", "--no-fund");
    await (await start()).end();

    await appendFile(join(newcomer.home, "src/main.ts"), "// Changed.\n");

    await expect(newcomer.run("npm", "start")).rejects.toThrow("dist/ is not built from these sources");
  },
);
