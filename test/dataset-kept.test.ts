import { randomBytes } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { DeferredDeleteStorage } from "../src/files/deferred-delete-storage.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { announced, fetched, send } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const MIB = 1024 * 1024;
const CREATE = /* GraphQL */ `
  mutation Create($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      id
      name
      state
      uploads {
        name
        url
      }
    }
  }
`;
const DOWNLOAD = `query ($id: ID!, $name: String) { node(id: $id) { ... on Dataset { download(name: $name) } } }`;
const FILES = [
  { name: "a.csv", text: "first" },
  { name: "b.csv", text: "second" },
];

async function made(app: TestApp, input: object) {
  const { name: model } = await app.seed.model();
  const { data } = await app.execute(CREATE, { input: { model, name: "iris", files: FILES, ...input } });
  const { id, uploads } = data.createDataset;
  const download = async (name?: string) =>
    fetched(app, (await app.execute(DOWNLOAD, { id, name })).data.node.download);
  return { model, id, uploads, download };
}

const remove = (app: TestApp, model: string) =>
  app.execute(`mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { done } }`, {
    input: { model, name: "iris" },
  });

/** The storages of the app, to sweep them without waiting for a day. */
const filesOf = ({ app }: TestApp) => app.files as DeferredDeleteStorage;
const hash = (text: string) => announced("", text).sha256;

test.each([
  { compressed: false, lightweight: false },
  { compressed: true, lightweight: false },
  { compressed: false, lightweight: true },
  { compressed: true, lightweight: true },
])("a dataset kept as %o is fetched by name and whole", async (how) => {
  await using app = await openTestApp();
  const { download } = await made(app, how);

  expect((await download("b.csv")).toString()).toBe("second");
  const whole = gunzipSync(await download()).toString();
  expect(whole).toContain("first");
  expect(whole).toContain("second");
});

test("a compressed dataset is kept once: its plain files go when they have been unneeded for long enough", async () => {
  await using app = await openTestApp();
  const { id, download } = await made(app, { compressed: true });
  const { archive } = (await app.app.store.datasets.findOne({ _id: id }).lean())!;

  await filesOf(app).sweep(0);

  expect(
    await Promise.all([hash("first"), hash("second"), archive!.sha256].map((each) => app.app.files.has(each))),
  ).toEqual([false, false, true]);
  expect((await download("a.csv")).toString()).toBe("first");
});

test("a plain file stays where a dataset that is not compressed, or one that waits for others, needs it", async () => {
  await using app = await openTestApp();
  const { model } = await made(app, { compressed: true });
  await app.seed.dataset({ model, files: [FILES[0]] });
  const { data } = await app.execute(CREATE, {
    input: { model, name: "other", compressed: true, files: [FILES[1], announced("c.csv", "third")] },
  });

  await filesOf(app).sweep(0);

  expect(await Promise.all([hash("first"), hash("second")].map((each) => app.app.files.has(each)))).toEqual([
    true,
    true,
  ]);
  expect(await send(app, data.createDataset.uploads[0].url, "third")).toEqual({ state: "READY" });
});

test("the files of a deleted dataset stay for a day, and go then", async () => {
  await using app = await openTestApp();
  const { model } = await made(app, {});
  await remove(app, model);

  await filesOf(app).sweep();
  expect(await app.app.files.has(hash("first"))).toBe(true);
  await filesOf(app).sweep(0);

  expect(await app.app.files.has(hash("first"))).toBe(false);
  expect(await app.app.store.unneededFiles.countDocuments()).toBe(0);
});

test("a file that another dataset has too outlives the deletion of one", async () => {
  await using app = await openTestApp();
  const { model } = await made(app, {});
  const other = await app.seed.dataset({ model, files: [FILES[0]] });
  await remove(app, model);

  await filesOf(app).sweep(0);

  const { data } = await app.execute(DOWNLOAD, { id: other.id, name: "a.csv" });
  expect((await fetched(app, data.node.download)).toString()).toBe("first");
  expect(await app.app.files.has(hash("second"))).toBe(false);
});

test("a file that lies in the other storage for another dataset does not stay for its sake", async () => {
  await using app = await openTestApp();
  const { model } = await made(app, {});
  await app.seed.dataset({ model, lightweight: true, files: FILES });
  await remove(app, model);

  await filesOf(app).sweep(0);

  expect(await app.app.files.has(hash("first"))).toBe(false);
  expect(await app.app.lightweightFiles.has(hash("first"))).toBe(true);
});

test("uploads and removals of one content at the same time never lose a file of a READY dataset", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const sweeping = Array.from({ length: 40 }, () => filesOf(app).sweep(0));
  const publishing = Array.from({ length: 8 }, async (_, index) => {
    const { id, name } = await app.seed.dataset({ model, name: `iris-${index}`, files: FILES });
    await filesOf(app).sweep(0);
    const { data } = await app.execute(DOWNLOAD, { id, name: "a.csv" });
    const content = (await fetched(app, data.node.download)).toString();
    await app.execute(`mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { done } }`, {
      input: { model, name },
    });
    await filesOf(app).sweep(0);
    return content;
  });

  expect(await Promise.all(publishing)).toEqual(Array(8).fill("first"));
  await Promise.all(sweeping);
});

test("a write waits for a removal that has begun, and its file stays", async () => {
  await using app = await openTestApp();
  const { store, settings } = app.app;
  const late = new DeferredDeleteStorage(await FilesystemStorage.open(`${settings.ROCAS_DATA}/other`), "files", store);
  const { sha256 } = announced("", "first");
  await late.remove([sha256]);
  await store.unneededFiles.updateOne({ _id: `files/${sha256}` }, { $set: { removing: await store.now() } });

  const writing = app.seed.dataset({ model: (await app.seed.model()).name, files: [FILES[0]] });
  const waited = await Promise.race([
    writing.then(() => "written"),
    new Promise((done) => setTimeout(done, 500, "waits")),
  ]);
  await store.unneededFiles.deleteOne({ _id: `files/${sha256}` });

  expect([waited, (await writing).state]).toEqual(["waits", "READY"]);
});

test("a lightweight dataset lies in the store itself, and nothing of it in the folder of files", async () => {
  await using app = await openTestApp();
  await made(app, { lightweight: true });

  expect(await app.app.files.has(hash("first"))).toBe(false);
  expect(await app.app.lightweightFiles.has(hash("first"))).toBe(true);
});

test.each([
  [[16 * MIB, 16 * MIB, 16 * MIB, 16 * MIB], null],
  [[16 * MIB + 1], ["input", "files", 0, "size"]],
  [
    [16 * MIB, 16 * MIB, 16 * MIB, 16 * MIB, 1],
    ["input", "files"],
  ],
])("lightweight files of %j bytes are refused at %j", async (sizes, path) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = sizes.map((size, index) => ({ name: `${index}`, size, sha256: hash(`${index}`) }));

  const { errors } = await app.execute(CREATE, { input: { model, lightweight: true, files } });

  expect(errors?.map(({ extensions }) => extensions) ?? null).toEqual(path && [{ code: "LIMIT_EXCEEDED", path }]);
});

test("a compressed lightweight dataset whose content cannot be packed any smaller is kept up to its bounds", async () => {
  await using app = await openTestApp();
  const contents = [0, 1, 2, 3].map(() => randomBytes(16 * MIB));
  const files = contents.map((content, index) => announced(`${index}.bin`, content));
  const { uploads, download } = await made(app, { compressed: true, lightweight: true, files });

  const states = [];
  for (const [index, { url }] of uploads.entries()) states.push((await send(app, url, contents[index]!)).state);

  expect(states.at(-1)).toBe("READY");
  expect((await download("3.bin")).equals(contents[3]!)).toBe(true);
}, 180_000);
