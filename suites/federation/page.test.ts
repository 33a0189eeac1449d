import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Block, blocksOf } from "./support/page.js";
import { Terminals } from "./support/terminals.js";

const PAGE = "docs/federation.md";
const EXAMPLE = "docs/examples/federation";
const PORTS = ["4000", "4001", "4002"];

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return String(port);
}

/** Each error has an id of its own. */
const answerIn = (text: string): unknown =>
  JSON.parse(text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "an id"));

describe("docs/federation.md", () => {
  const printed: unknown[] = [];
  const answered: unknown[] = [];
  let folder: string;
  let blocks: Block[];
  let terminals: Terminals;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "rocas-page-"));
    const ports = await Promise.all(PORTS.map(freePort));
    // The page's ports may be taken where the test runs, and nothing is to be left in the example's folder.
    const moved = (text: string) =>
      text.replaceAll(/\b400[012]\b/g, (port) => ports[PORTS.indexOf(port)]!).replaceAll(EXAMPLE, folder);
    await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !/node_modules|supergraph/.test(path) });
    for (const name of (await readdir(folder)).filter((each) => each.endsWith(".js")))
      await writeFile(join(folder, name), moved(await readFile(join(folder, name), "utf8")));
    const { MONGODB_URI: _ofOtherTests, ...env } = process.env;
    terminals = new Terminals({ ...env, PORT: ports[0], ROCAS_DATA: join(folder, "data") });

    blocks = await blocksOf(PAGE);
    let told = "";
    for (const { language, stays, text } of blocks) {
      if (language === "sh" && stays) await terminals.start(moved(text));
      if (language === "sh" && !stays) told = await terminals.run(moved(text));
      if (language !== "json") continue;
      printed.push(answerIn(text));
      answered.push(answerIn(told));
    }
  }, 300_000);

  afterAll(async () => {
    await terminals[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test("the gateway answers what the page prints", () => {
    expect(printed).toHaveLength(3);
    expect(answered).toEqual(printed);
  });

  test("the files that the page shows are those of the example", async () => {
    const shown = blocks.filter(({ file }) => file);

    expect(shown.map(({ file }) => file)).toEqual(["reviews.graphql", "gateway.js"]);
    for (const { file, text } of shown) expect(text).toBe(await readFile(join(EXAMPLE, file!), "utf8"));
  });
});

test("the page names every key of every entity", async () => {
  const [page, schema] = await Promise.all([readFile(PAGE, "utf8"), readFile("schema.graphql", "utf8")]);
  const entities = [...schema.matchAll(/^type (\w+) [^{]*?((?: @key\(fields: "[^"]+"\))+)/gm)];

  const keys = entities.map(([, type, directives]) => [
    type,
    ...[...directives!.matchAll(/fields: "([^"]+)"/g)].map(([, fields]) => fields),
  ]);

  const rows = [...page.matchAll(/^\| `(\w+)` +\| `(id)` +\| (?:`([^`]+)`)? +\|$/gm)];
  expect(keys.length).toBeGreaterThanOrEqual(10);
  expect(rows.map(([, ...cells]) => cells.filter(Boolean))).toEqual(keys);
});
