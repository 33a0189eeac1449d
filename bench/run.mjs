// Measures Rocas beside other servers over the same documents, and prints Markdown: bench/README.md says how.
//   npm run bench [-- --quick] [--store embedded|mongodb] [NAME...]
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { install, run } from "../suites/install.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(BENCH, "..");
/** The servers by their files; the first is what the others are compared with. */
const SERVERS = ["floor", "floor-whole-documents", "yoga-jit", "mercurius-jit", "apollo", "rocas"];
const FULL = { names: SERVERS, sizes: [1_000, 10_000, 100_000], stores: ["embedded", "mongodb"], without: [] };
const QUICK = {
  ...{ names: ["floor", "mercurius-jit", "rocas"], sizes: [1_000, 10_000], stores: ["embedded"] },
  without: ["beside-subscribers"],
};

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, store: { type: "string", multiple: true } },
  allowPositionals: true,
});
const { names, sizes, stores, without } = values.quick ? QUICK : FULL;

install(BENCH);
if (run(process.execPath, ["src/build.mjs"], ROOT) !== 0) process.exit(1);
// They name what was just installed and built.
const { OtherWork } = await import("./support/other-work.mjs");
const { openBench } = await import("./support/open-bench.mjs");
const { openStoreOfRun } = await import("./support/store-of-run.mjs");
const { LARGEST } = await import("./works/requests.mjs");
const { WORKS } = await import("./works/works.mjs");

const unknown = positionals.filter((name) => !WORKS.some((work) => work.name === name));
if (unknown.length > 0)
  throw new Error(`No work is named ${unknown.join(", ")}: there are ${WORKS.map(({ name }) => name).join(", ")}.`);
const isChosen = ({ name }) => (positionals.length > 0 ? positionals.includes(name) : !without.includes(name));
const works = WORKS.filter(isChosen);

const line = (cells) => `| ${cells.join(" | ")} |`;

async function measure(mongodbUri, otherWork) {
  const bench = await openBench({ mongodbUri, deployments: LARGEST, sizes });
  const started = [];
  const start = async (name, preload) => {
    const server = await bench.start(name, preload);
    started.push(server);
    return server;
  };
  const stopAll = () => Promise.all(started.splice(0).map((server) => server[Symbol.asyncDispose]()));
  const all = () => Promise.all(names.map((name) => started.find((server) => server.name === name) ?? start(name)));
  try {
    for (const [n, work] of works.entries()) {
      await otherWork.look();
      const { head, rows } = await work.measure({ all, start, names, sizes, isQuick: values.quick });
      console.log(`\n#### ${work.title}\n\n${work.note}\n`);
      console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n"));
      // Each work has fresh servers: what one leaves in their memory is not the next one's. A quick run keeps some.
      if (!(values.quick && work.usesAll && works[n + 1]?.usesAll)) await stopAll();
    }
  } finally {
    await stopAll();
    await bench[Symbol.asyncDispose]();
  }
}

const { dependencies } = JSON.parse(await readFile(join(BENCH, "package.json"), "utf8"));
const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
const otherWork = new OtherWork();
await otherWork.look();
const began = performance.now();
console.log(`Date: ${new Date().toISOString().slice(0, 16)}Z. Node.js ${process.version}; ${versions.join(", ")}.`);
console.log(
  `Machine: ${availableParallelism()} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB.${values.quick ? " A quick run." : ""} At the beginning: ${otherWork.describe()}`,
);
for (const store of values.store ?? stores) {
  console.log(`\n### ${store === "mongodb" ? "MongoDB" : "Embedded store"}`);
  await measure(await openStoreOfRun(store), otherWork);
}
await otherWork.look();
console.log(`\nIt took ${Math.round((performance.now() - began) / 1000)} seconds. At the end: ${otherWork.describe()}`);
