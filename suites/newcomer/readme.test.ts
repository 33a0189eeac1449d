import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { freePort } from "../../test/support/free-port.js";
import { pidsWith } from "../../test/support/pids-with.js";
import { openTempFolder, type TempFolder } from "../../test/support/temp-folder.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MINUTE = 60_000;
const PREDICT = "/predict/iris/iris-live";

let folder: TempFolder;
let clone: string;
let environment: NodeJS.ProcessEnv;
let server: Started;

const run = (command: string, ...words: readonly string[]) =>
  promisify(execFile)(command, words, { cwd: clone, env: environment });

const ask = (header: string) =>
  run("bash", "-c", `curl -s -H "${header}" -d '[5.1, 3.5, 1.4, 0.2]' http://127.0.0.1:$PORT${PREDICT}`);

interface Started {
  /** The output so far. */
  readonly said: string;
  /** Sends SIGTERM to npm, as an operator does, and waits for the end. */
  end(): Promise<void>;
}

/** Runs `npm start` until it has printed its greeting. */
async function start(): Promise<Started> {
  const npm = spawn("npm", ["start"], { cwd: clone, env: environment, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(npm, "close");
  let said = "";
  npm.stdout.setEncoding("utf8").on("data", (piece: string) => (said += piece));
  await vi.waitUntil(() => said.includes("\nToken "), { timeout: 3 * MINUTE, interval: 200 });
  return {
    get said() {
      return said;
    },
    async end() {
      npm.kill("SIGTERM");
      await ended;
    },
  };
}

// What the README's first page says, in a fresh clone, on a machine whose engine is hidden.
beforeAll(async () => {
  folder = await openTempFolder();
  clone = join(folder.path, "rocas");
  await promisify(execFile)("git", ["clone", "--quiet", ROOT, clone]);
  const { PATH, HOME } = process.env;
  environment = { PATH, HOME, PORT: String(await freePort()), DOCKER_HOST: `unix://${folder.path}/none.sock` };
  await run("npm", "ci", "--no-audit", "--no-fund");
  server = await start();
}, 8 * MINUTE);
afterAll(async () => {
  for (const pid of pidsWith(clone)) process.kill(pid, "SIGKILL");
  await folder?.[Symbol.asyncDispose]();
}, MINUTE);

test("the start says what runs projects, and where GraphiQL and the token are", async () => {
  const token = (await readFile(join(clone, ".rocas/token"), "utf8")).trim();

  expect(server.said).toMatch(/^Engine +local processes, Python 3/m);
  expect(server.said).toContain(`#token=${token}\n`);
  expect(server.said).toContain("in .rocas/token");
});

test("npm run demo ends with the prediction and its lineage", { timeout: 12 * MINUTE }, async () => {
  const { stdout } = await run("npm", "run", "demo");

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
  expect(pidsWith(`ROCAS_ROOT=${clone}`)).not.toEqual([]);
});

test(
  "a built server starts without the compiler, and says what is missing if a source has changed",
  { timeout: 5 * MINUTE },
  async () => {
    await run("npm", "prune", "--omit=dev", "--no-audit", "--no-fund");
    await (await start()).end();

    await appendFile(join(clone, "src/main.ts"), "// Changed.\n");

    await expect(run("npm", "start")).rejects.toThrow("dist/ is not built from these sources");
  },
);
