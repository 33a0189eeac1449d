// One change that many subscribers are told of.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { median, TOKEN } from "../support/measure.mjs";
import { processorSeconds, residentMegabytes } from "../support/process-use.mjs";

const SUBSCRIBERS = 1_000;
const CHANGES = 10;
const FILE = fileURLToPath(new URL("../support/subscribers.mjs", import.meta.url));

/** A change as such, and with the record as it is now. */
const CASES = [
  { row: "bare ws", server: "floor", selection: "" },
  { row: "rocas", server: "rocas", selection: "action version" },
  {
    row: "rocas, with `record`",
    server: "rocas",
    selection: "action version record { ... on Model { id name desc } }",
  },
];

export const TELLING = {
  name: "subscribers",
  title: `(d) One change told to ${SUBSCRIBERS.toLocaleString("en")} subscribers`,
  note: "Milliseconds from the write to the last of them, and processor time and messages that were errors; the subscribers are one process on the same machine. The bare server reads a change stream of its own collection.",
  async measure({ started, isQuick }) {
    const rows = [];
    const changes = isQuick ? 3 : CHANGES;
    for (const { row, server: name, selection } of CASES) {
      const server = await started(name);
      const [memory, before] = [await residentMegabytes(server.pid), await processorSeconds(server.pid)];
      const words = [FILE, server.url, String(SUBSCRIBERS), String(changes), TOKEN, selection];
      const subscribers = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
      const [said, [code]] = await Promise.all([text(subscribers.stdout), once(subscribers, "exit")]);
      const processor = (await processorSeconds(server.pid)) - before;
      const grown = (await residentMegabytes(server.pid)) - memory;
      await server[Symbol.asyncDispose]();
      const { taken, errors } = code === 0 ? JSON.parse(said) : {};
      rows.push([
        row,
        taken ? `${median(taken).toFixed(0)} ms` : "failed",
        taken ? `${Math.max(...taken).toFixed(0)} ms` : "failed",
        `${processor.toFixed(1)} s`,
        `${grown.toFixed(0)} MB`,
        String(errors ?? ""),
      ]);
    }
    const head = ["", "median", "slowest", "processor time, the subscribing too", "memory grown", "errors"];
    return { head, rows };
  },
};
