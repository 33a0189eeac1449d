// Measures Rocas beside other servers over the same documents, and prints Markdown: bench/README.md says how.
//   npm run bench [-- --quick] [--store embedded|mongodb] [NAME...]
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { install, run } from "../suites/install.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(BENCH, "..");
const [SIZES, QUICK_SIZES] = [
  [1_000, 10_000, 100_000],
  [1_000, 10_000],
];

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false }, store: { type: "string", multiple: true } },
  allowPositionals: true,
});

install(BENCH);
if (run(process.execPath, ["src/build.mjs"], ROOT) !== 0) process.exit(1);
// They name what was just installed and built.
const { openStoreOfRun } = await import("./support/open-store.mjs");
const { openBench } = await import("./support/open-bench.mjs");
const { WORKS } = await import("./works/works.mjs");

const unknown = positionals.filter((name) => !WORKS.some((work) => work.name === name));
if (unknown.length > 0)
  throw new Error(`No work is named ${unknown.join(", ")}: there are ${WORKS.map(({ name }) => name).join(", ")}.`);
const works = positionals.length > 0 ? WORKS.filter(({ name }) => positionals.includes(name)) : WORKS;

const line = (cells) => `| ${cells.join(" | ")} |`;

async function measure(mongodbUri) {
  const isQuick = values.quick;
  const sizes = isQuick ? QUICK_SIZES : SIZES;
  const bench = await openBench({ mongodbUri, sizes });
  try {
    for (const work of works) {
      // Each work has fresh servers: what one leaves in their memory is not the next one's.
      const servers = [];
      const started = async (name) => {
        servers.push(await bench.start(name));
        return servers.at(-1);
      };
      try {
        const { head, rows } = await work.measure({ started, isQuick, sizes, mongodbUri });
        console.log(`\n#### ${work.title}\n\n${work.note}\n`);
        console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n"));
      } finally {
        for (const server of servers) await server[Symbol.asyncDispose]();
      }
    }
  } finally {
    await bench[Symbol.asyncDispose]();
  }
}

const { dependencies } = JSON.parse(await readFile(join(BENCH, "package.json"), "utf8"));
const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
const began = performance.now();
console.log(`Date: ${new Date().toISOString().slice(0, 16)}Z. Node.js ${process.version}; ${versions.join(", ")}.`);
console.log(
  `Machine: ${availableParallelism()} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB. Load at the beginning: ${loadavg()[0].toFixed(1)}.${values.quick ? " A quick run." : ""}`,
);
for (const store of values.store ?? ["embedded", "mongodb"]) {
  console.log(`\n### ${store === "mongodb" ? "MongoDB" : "Embedded store"}`);
  await measure(await openStoreOfRun(store));
}
console.log(
  `\nIt took ${Math.round((performance.now() - began) / 1000)} seconds. Load at the end: ${loadavg()[0].toFixed(1)}.`,
);
