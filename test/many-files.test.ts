import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { fetched, send } from "./support/exchange.js";
import { CONTENT, largeDataset, manyFiles, openDataset } from "./support/many-files.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { openTempFolder } from "./support/temp-folder.js";

// Hundreds of files are sent, each by itself.
vi.setConfig({ testTimeout: 120_000 });

const FILES = `query ($id: ID!) { node(id: $id) { ... on FileHolder { files { name } bytes } } }`;
const PAGE = /* GraphQL */ `
  query Page($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $id) {
      ... on FileHolder {
        manifest {
          files(first: $first, after: $after, last: $last, before: $before) {
            totalCount
            nodes {
              name
            }
            pageInfo {
              hasNextPage
              hasPreviousPage
              startCursor
              endCursor
            }
          }
        }
      }
    }
  }
`;
const DOWNLOAD = `query ($id: ID!, $name: String) { node(id: $id) { ... on Dataset { download(name: $name) } } }`;
const RENEW = `mutation ($input: RenewUploadsInput!) { renewUploads(input: $input) { name } }`;

const sorted = (names: readonly string[]) =>
  [...names].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
const namesOf = (files: readonly { readonly name: string }[]) => files.map(({ name }) => name);
const pageOf = async (app: TestApp, id: string, args: object) =>
  (await app.execute(PAGE, { id, ...args })).data.node.manifest.files;

test("a manifest that is announced in steps is complete when it is said to be, and its files are sent by and by", async () => {
  await using app = await openTestApp();
  const files = manyFiles(600);
  const { made, add } = await openDataset(app, { files: files.slice(0, 250) });
  expect(made).toMatchObject({
    state: "PENDING",
    manifest: { count: 250, sha256: null, complete: false },
    uploads: [],
  });

  const second = (await add(files.slice(250, 500))).data.addFiles;
  expect(second).toMatchObject({ manifest: { count: 500, complete: false }, uploads: [] });
  const last = (await add(files.slice(500), { complete: true })).data.addFiles;

  const printed = sorted(namesOf(files)).map((name) => `${files[0]!.sha256}  ${name}\n`);
  const sha256 = createHash("sha256").update(printed.join("")).digest("hex");
  expect(last.manifest).toEqual({ count: 600, bytes: 600 * CONTENT.length, sha256, complete: true });
  expect(namesOf(last.uploads)).toEqual(sorted(namesOf(files)).slice(0, 250));
});

test("the hash of a manifest is what the line of docs/files.md prints in the folder of its files", async () => {
  await using app = await openTestApp();
  await using folder = await openTempFolder();
  const files = ["b/ä (1).txt", "b/a=2.txt", "B.txt", "a", "b-1"].map((name) => ({ name, text: name }));
  for (const { name, text } of files) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  const { name: model } = await app.seed.model();
  const { id } = await app.seed.dataset({ model, files });
  const line = readFileSync("docs/files.md", "utf8").match(/^find .*$/m)![0];

  const { data } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Dataset { manifest { sha256 } } } }`, {
    id,
  });
  const printed = execFileSync("bash", ["-c", line], { cwd: folder.path, encoding: "utf8" });

  expect(printed.split(" ")[0]).toBe(data.node.manifest.sha256);
});

test("a record of many files is READY with its last one, and gives each of them and all together", async () => {
  await using app = await openTestApp();
  const { id, files } = await largeDataset(app, 260, { compressed: true });

  const { data } = await app.execute(FILES, { id });
  const one = await app.execute(DOWNLOAD, { id, name: files[77]!.name });
  const missing = await app.execute(DOWNLOAD, { id, name: "part-0" });

  expect(namesOf(data.node.files)).toEqual(sorted(namesOf(files)));
  expect(data.node.bytes).toBeLessThan(260 * CONTENT.length);
  expect((await fetched(app, one.data.node.download)).toString()).toBe(CONTENT);
  await expect(fetched(app, missing.data.node.download)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test.each([
  ["few files, in the record", 5, 2],
  ["many files, in a list", 510, 100],
])("the manifest of %s is walked in pages, both ways", async (_what, count, size) => {
  await using app = await openTestApp();
  const { id, files } = count === 5 ? await smallDataset(app, count) : await largeDataset(app, count);
  const [forward, backward]: [string[], string[]] = [[], []];
  for (let after: string | null = null; ;) {
    const { nodes, pageInfo, totalCount } = await pageOf(app, id, { first: size, after });
    forward.push(...namesOf(nodes));
    expect([totalCount, pageInfo.hasPreviousPage]).toEqual([count, after !== null]);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  for (let before: string | null = null; ;) {
    const { nodes, pageInfo } = await pageOf(app, id, { last: size, before });
    backward.unshift(...namesOf(nodes));
    if (!pageInfo.hasPreviousPage) break;
    before = pageInfo.startCursor;
  }
  expect(forward).toEqual(sorted(namesOf(files)));
  expect(backward).toEqual(forward);
});

async function smallDataset(app: TestApp, count: number) {
  const { name: model } = await app.seed.model();
  const files = Array.from({ length: count }, (_, index) => ({ name: `${9 - index}.txt`, text: "x" }));
  return { id: (await app.seed.dataset({ model, files })).id as string, files };
}

test("a cursor of one manifest is none of another", async () => {
  await using app = await openTestApp();
  const [one, other] = [await smallDataset(app, 3), await smallDataset(app, 3)];
  const { pageInfo } = await pageOf(app, one.id, { first: 1 });

  const { errors } = await app.execute(PAGE, { id: other.id, first: 1, after: pageInfo.endCursor });

  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["after"] });
});

test("missing files are asked for from a name on, in turns", async () => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app);
  const files = manyFiles(300);
  await add(files.slice(0, 250));
  const { uploads } = (await add(files.slice(250), { complete: true })).data.addFiles;

  const rest = await app.execute(RENEW, { input: { id, after: uploads.at(-1).name } });
  await send(app, uploads[0].url, CONTENT);
  const again = await app.execute(RENEW, { input: { id } });

  const names = sorted(namesOf(files));
  expect(namesOf(rest.data.renewUploads)).toEqual(names.slice(250));
  expect(namesOf(again.data.renewUploads)).toEqual(names.slice(1, 251));
});

test("content that is not as announced is refused, and what has arrived may be sent again", async () => {
  await using app = await openTestApp();
  const { add } = await openDataset(app);
  const { uploads } = (await add(manyFiles(3), { complete: true })).data.addFiles;
  const [{ url }] = uploads;

  await expect(send(app, url, "others in all!!")).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
  expect(await send(app, url, CONTENT)).toEqual({ state: "PENDING" });
  expect(await send(app, url, CONTENT)).toEqual({ state: "PENDING" });
});

test("a list of records whose files are too many together says where their pages are", async () => {
  await using app = await openTestApp();
  const { id, model } = await largeDataset(app, 1);
  await app.app.store.datasets.updateOne({ _id: id }, { $set: { "manifest.count": 20_001 } } as object);

  const { errors } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Dataset { files { name } } } }`, {
    id,
  });
  const { data } = await app.execute(
    `query ($model: String!) { model(name: $model) { datasets { nodes { manifest { count } } } } }`,
    { model },
  );

  expect(errors?.[0]).toMatchObject({
    message: expect.stringContaining("manifest"),
    extensions: { code: "LIMIT_EXCEEDED" },
  });
  expect(data.model.datasets.nodes).toEqual([{ manifest: { count: 20_001 } }]);
});
