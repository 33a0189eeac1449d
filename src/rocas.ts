#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The command `rocas` of the npm package: each of its commands is a program of this folder. */
const COMMANDS: Readonly<Record<string, { readonly does: string; readonly program: string }>> = {
  start: { does: "starts the server (start --help: its settings)", program: "./main.js" },
  demo: { does: "plays the story of 150 irises on a server that runs", program: "./demo/play-iris.js" },
  "base-image": { does: "builds the image that projects start FROM", program: "./build-base-image.js" },
  "check-files": {
    does: "compares records with the storage of their files (--hashes: reads every byte)",
    program: "./check-files.js",
  },
  "check-store": { does: "has the embedded store read as a whole", program: "./check-store.js" },
};

const help = (): string =>
  `rocas COMMAND\n\n${Object.entries(COMMANDS)
    .map(([name, { does }]) => `  ${name.padEnd(12)} ${does}\n`)
    .join("")}\n  --version    prints the version\n`;

const version = (): string =>
  `${(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version}\n`;

async function run(name: string | undefined): Promise<void> {
  if (name === undefined || name === "--help" || name === "-h") return void process.stdout.write(help());
  if (name === "--version") return void process.stdout.write(version());
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${help()}`);
    process.exitCode = 1;
    return;
  }
  // The examples come along with the package, wherever it is started from.
  process.env["ROCAS_PROJECT_ROOTS"] ??= fileURLToPath(new URL("../examples", import.meta.url));
  process.argv.splice(2, 1);
  await import(command.program);
}

await run(process.argv[2]);
