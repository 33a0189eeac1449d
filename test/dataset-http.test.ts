import { createHash, randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { Disposables } from "../src/disposables.js";
import { announced } from "./support/exchange.js";
import { openTestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";
import type { Answer } from "./support/told.js";

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      id
      uploads {
        name
        url
      }
    }
  }
`;
const READ = /* GraphQL */ `
  query Read($id: ID!) {
    node(id: $id) {
      ... on Dataset {
        state
        whole: download
        one: download(name: "b.bin")
      }
    }
  }
`;

/** The server that people start, asked over HTTP alone. */
async function served() {
  const stack = new Disposables();
  const app = stack.use(await openTestApp());
  const server = stack.use(await serveApp(app));
  const query = async (document: string, variables: object) => {
    const body = JSON.stringify({ query: document, variables });
    const response = await fetch(`${server.url}/graphql`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    return ((await response.json()) as Answer).data;
  };
  const put = (path: string, body: Buffer) => fetch(server.url + path, { method: "PUT", body: new Uint8Array(body) });
  const get = async (path: string) => Buffer.from(await (await fetch(server.url + path)).arrayBuffer());
  return { seed: app.seed, query, put, get, [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose]() };
}

test.each([{ compressed: false }, { compressed: true }])("a dataset travels over HTTP and back, %o", async (how) => {
  await using server = await served();
  const { name: model } = await server.seed.model();
  const contents: Record<string, Buffer> = { "a.bin": randomBytes(3_000_000), "b.bin": randomBytes(1) };
  const files = Object.entries(contents).map(([name, content]) => announced(name, content));
  const { createDataset } = await server.query(CREATE, { input: { model, files, ...how } });

  const told = [];
  for (const { name, url } of createDataset.uploads) told.push(await (await server.put(url, contents[name]!)).json());

  expect(told).toEqual([{ state: "PENDING" }, { state: "READY" }]);
  const { node } = await server.query(READ, { id: createDataset.id });
  expect(node.state).toBe("READY");
  expect((await server.get(node.one)).equals(contents["b.bin"]!)).toBe(true);
  expect(gunzipSync(await server.get(node.whole)).includes(contents["a.bin"]!)).toBe(true);
});

test("other content than announced is refused over HTTP, and the upload is repeated at the same address", async () => {
  await using server = await served();
  const { name: model } = await server.seed.model();
  const content = randomBytes(1_000);
  const { createDataset } = await server.query(CREATE, { input: { model, files: [announced("b.bin", content)] } });
  const [{ url }] = createDataset.uploads;

  const refused = await server.put(url, createHash("sha512").update(content).digest());
  const other = await server.put(url, randomBytes(1_000));
  const kept = await server.put(url, content);

  expect([refused.status, other.status, kept.status].map((status) => status >= 400)).toEqual([true, true, false]);
  expect((await server.query(READ, { id: createDataset.id })).node.state).toBe("READY");
});
