// Tries Rocas on each container engine that can be started here, and writes the table docs/engines.md of what it saw.
//
//   npm run engines -- [NAME...] [--only PART]... [--reports FOLDER] [--keep] [--table]
//
// NAME is `installed` (the engine at DOCKER_HOST), docker26, docker28 or podman5 (see .ci/engine.sh); by default all.
// PART is contract (of the runtime), story (of the irises) or further; by default all. --reports leaves the test runner's reports there, and
// with --keep those that lie there already are not made again: so a run that was broken off goes on.
// --table writes the table; rows of engines that were not tried stay as they are.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const TABLE = "docs/engines.md";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", multiple: true, default: ["contract", "story", "further"] },
    reports: { type: "string" },
    keep: { type: "boolean" },
    table: { type: "boolean" },
  },
});
const engines = positionals.length > 0 ? positionals : ["installed", "docker26", "docker28", "podman5"];
const reports = values.reports ?? mkdtempSync(join(tmpdir(), "rocas-engines-"));
const home = process.env.ROCAS_TEST_ENGINES_DIR ?? join(homedir(), ".cache", "rocas-engines");
mkdirSync(reports, { recursive: true });

/** The columns: the tests whose names count for them. */
const COLUMNS = {
  story: ({ file }) => file === "story",
  contract: ({ file }) => file === "runtime",
  build: ({ name }) => /a project is built from its folder|a broken Dockerfile fails/.test(name),
  train: ({ name }) => /a training publishes a version|a broken cell fails/.test(name),
  cancel: ({ name }) => /that is cancelled is gone before it says CANCELLED/.test(name),
  replace: ({ name }) => /a replica that is killed is replaced/.test(name),
  restart: ({ name }) => /follows a training to its end that ran on meanwhile/.test(name),
};
/** The test files of each part, and the names of the tests if not all count. */
const PARTS = {
  contract: [["runtime"]],
  story: [["story"]],
  further: [
    ["training", "crash"],
    "that is cancelled is gone before|follows a training to its end that ran on meanwhile",
  ],
};
const PART_MINUTES = 20;

/** Returns the tests that ran: file, name and status. */
function tryTests(engine, report, files, names) {
  const output = join(reports, `engine-${engine.name}-${report}.json`);
  if (values.keep && existsSync(output)) return testsIn(output);
  const words = ["vitest", "run", ...files.map((each) => `test/docker/${each}.test.ts`)];
  words.push("--reporter=default", "--reporter=json", `--outputFile.json=${output}`, ...(names ? ["-t", names] : []));
  const [command, ...rest] = [...engine.within, "npx", ...words];
  spawnSync(command, rest, {
    stdio: ["ignore", "inherit", "inherit"],
    env: engine.env,
    timeout: PART_MINUTES * 60_000,
  });
  if (!existsSync(output)) throw new Error(`${engine.name}: the test runner left no report.`);
  return testsIn(output);
}

function testsIn(report) {
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  return testResults.flatMap(({ name, assertionResults }) => {
    const file = /([^/]+)\.test\.ts$/.exec(name)[1];
    return assertionResults.map(({ fullName, status }) => ({ file, name: fullName, status }));
  });
}

/** Returns how the engine is reached; null, with the reason on the error output, if it cannot be started here. */
function open(name) {
  if (name === "installed") return { name, within: [], env: process.env, stop() {} };
  const started = spawnSync(".ci/engine.sh", ["start", name, home], { stdio: ["ignore", "pipe", "inherit"] });
  if (started.status !== 0) return null;
  const env = { ...process.env, DOCKER_HOST: `unix://${started.stdout.toString().trim()}` };
  const stop = () => spawnSync(".ci/engine.sh", ["stop", name, home]);
  return { name, within: [".ci/engine.sh", "exec", name, home], env, stop };
}

function versionOf({ env }) {
  const { Version, Components } = JSON.parse(
    execFileSync("docker", ["version", "--format", "{{json .Server}}"], { env }).toString(),
  );
  const isPodman = Components?.some(({ Name }) => Name === "Podman Engine");
  return `${isPodman ? "Podman" : "Docker"} ${Version.replace(/\+.*/, "")}`;
}

function rowOf(engine, tests) {
  const cells = Object.values(COLUMNS).map((counts) => {
    const ran = tests.filter((each) => counts(each) && each.status !== "skipped" && each.status !== "pending");
    if (ran.length === 0) return "not tried";
    const failed = ran.filter(({ status }) => status !== "passed").length;
    return failed === 0 ? "passes" : `${failed} of ${ran.length} fail`;
  });
  return [versionOf(engine), ...cells, new Date().toISOString().slice(0, 10)];
}

/** A report that counts as one skipped test. */
function skip(name) {
  console.log(`${name}: skipped, since it cannot be started here.`);
  const report = { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 0, numPendingTests: 1, testResults: [] };
  writeFileSync(join(reports, `engine-${name}.json`), JSON.stringify(report));
}

function rowsOfTable() {
  if (!existsSync(TABLE)) return [];
  const lines = readFileSync(TABLE, "utf8").split("\n");
  const cells = (line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((each) => each.trim());
  return lines.filter((line) => /^\| (Docker|Podman) /.test(line)).map(cells);
}

function writeTable(rows) {
  const made = new Set(rows.map(([engine]) => engine));
  const all = [...rowsOfTable().filter(([engine]) => !made.has(engine)), ...rows];
  all.sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }));
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const head = ["engine", ...Object.keys(COLUMNS), "tried on"];
  const intro = readFileSync(".ci/engines-intro.md", "utf8").trimEnd();
  const table = [line(head), line(head.map(() => "---")), ...all.map(line)].join("\n");
  writeFileSync(TABLE, `${intro}\n\n${table}\n`);
  execFileSync("npx", ["prettier", "--write", TABLE], { stdio: "ignore" });
}

const rows = [];
let failed = false;
for (const name of engines) {
  const engine = open(name);
  if (!engine) {
    skip(name);
    continue;
  }
  try {
    const tests = values.only.flatMap((part) => tryTests(engine, part, ...PARTS[part]));
    failed ||= tests.some(({ status }) => status === "failed");
    const row = rowOf(engine, tests);
    console.log(row.join(" | "));
    rows.push(row);
  } finally {
    engine.stop();
  }
  // After each, so that what was seen stays if a later one hangs.
  if (values.table) writeTable(rows);
}
process.exitCode = failed ? 1 : 0;
