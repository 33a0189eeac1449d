import { expect, test, vi } from "vitest";
import { writeManifest } from "../src/files/files-of.js";
import { announced, send } from "./support/exchange.js";
import { CONTENT, largeDataset, manyFiles, openDataset } from "./support/many-files.js";
import { openTestApp } from "./support/open-test-app.js";

// Hundreds of files are sent, each by itself.
vi.setConfig({ testTimeout: 120_000 });

const READ = `query ($id: ID!) { node(id: $id) { ... on FileHolder { state manifest { count complete } } } }`;
const PUBLISH = `mutation ($input: PublishModelVersionInput!) { publishModelVersion(input: $input) { id state manifest { complete } } }`;
const ADD = `mutation ($input: AddFilesInput!) { addFiles(input: $input) { __typename id state manifest { count } uploads { url } } }`;

test("the contract is checked over the whole manifest when it is complete, and the missing file may follow", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ dataFiles: [{ name: "labels.csv", required: true }] });
  const { id, add } = await openDataset(app, { model, files: manyFiles(3) });

  const { errors } = await add(manyFiles(5), { complete: true });
  const between = await app.execute(READ, { id });
  const { data } = await add([...manyFiles(5), announced("labels.csv", CONTENT)], { complete: true });

  expect(errors?.[0]?.extensions).toMatchObject({ code: "CONTRACT_NOT_MET", path: ["input", "files"] });
  expect(between.data.node).toEqual({ state: "PENDING", manifest: { count: 3, complete: false } });
  expect(data.addFiles.manifest).toMatchObject({ count: 6, complete: true });
});

test("a version is announced in steps like a dataset", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { data } = await app.execute(PUBLISH, { input: { model, name: "big", moreFiles: true } });
  const { id, ...made } = data.publishModelVersion;
  expect(made).toEqual({ state: "PENDING", manifest: { complete: false } });

  const added = (await app.execute(ADD, { input: { id, files: manyFiles(2), complete: true } })).data.addFiles;
  for (const { url } of added.uploads) await send(app, url, CONTENT);

  const current = `query ($model: String!) { modelVersion(model: $model, name: "big") { id state } }`;
  expect(added).toMatchObject({ __typename: "ModelVersion", id, manifest: { count: 2 } });
  expect((await app.execute(current, { model })).data.modelVersion).toEqual({ id, state: "READY" });
});

test("a file announced twice in the same words is there once, in other words it is refused", async () => {
  await using app = await openTestApp();
  const { add } = await openDataset(app, { files: manyFiles(3) });

  const same = await add(manyFiles(4));
  const other = await add([announced("new.bin", "x"), announced(manyFiles(1)[0]!.name, "other content")]);

  expect(same.data.addFiles.manifest.count).toBe(4);
  expect(other.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["input", "files", 1, "name"] });
});

test.each([
  ["a file that is a folder of another", [announced("part-0", CONTENT)], "BAD_USER_INPUT"],
  ["more than a lightweight record holds", [{ ...announced("big", ""), size: 16 * 1024 ** 2 }], "LIMIT_EXCEEDED"],
])("%s is refused over the whole manifest", async (what, files, code) => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app, { files: manyFiles(3), lightweight: true });
  for (const name of what.startsWith("more") ? ["a", "b", "c"] : ["a"])
    await add([{ ...announced(name, ""), size: 16 * 1024 ** 2 }]);

  const { errors } = await add(files, { complete: true });

  expect(errors?.[0]?.extensions).toMatchObject({ code, path: ["input", "files"] });
  expect((await app.execute(READ, { id })).data.node.manifest.complete).toBe(false);
  expect((await add([announced("fine", "x")], { complete: true })).errors).toBeUndefined();
});

test("nothing joins a manifest that is complete, one that never was open, or one of no record", async () => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app);
  await add(manyFiles(2), { complete: true });
  const { name: model } = await app.seed.model();
  const { id: small } = await app.seed.dataset({ model });
  const tried = [id, small, `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`, model];

  const answers = await Promise.all(
    tried.map((each) => app.execute(ADD, { input: { id: each, files: [announced("late", "x")] } })),
  );

  const codes = answers.map(({ errors }) => errors?.[0]?.extensions?.["code"]);
  expect(codes).toEqual(["CONFLICT", "CONFLICT", "NOT_FOUND", "NOT_FOUND"]);
  expect((await app.execute(READ, { id })).data.node.manifest.count).toBe(2);
});

test("a text is refused in a manifest that is announced in steps, and a dataset kept elsewhere has none", async () => {
  await using app = await openTestApp();
  const { add, model } = await openDataset(app);
  const { errors } = await add([...manyFiles(1), { name: "a.txt", text: "x" }]);
  const elsewhere = await app.execute(
    `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id } }`,
    {
      input: { model, stored: false, moreFiles: true },
    },
  );

  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["input", "files", 1, "text"] });
  expect(elsewhere.errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("a record has ten thousand files, and not one more", { timeout: 120_000 }, async () => {
  await using app = await openTestApp();
  const { add } = await openDataset(app);
  const files = manyFiles(10_001);
  for (let at = 0; at < 9_750; at += 250) await add(files.slice(at, at + 250));

  const more = await add(files.slice(9_750, 10_001));
  const most = await add(files.slice(9_700, 10_000).slice(0, 250));
  const last = await add(files.slice(9_950, 10_000), { complete: true });

  expect(more.errors?.[0]).toMatchObject({ extensions: { code: "LIMIT_EXCEEDED", path: ["input", "files"] } });
  expect(more.errors?.[0]?.message).toContain("these are 10001");
  expect(most.data.addFiles.manifest.count).toBe(9_950);
  expect(last.data.addFiles.manifest).toMatchObject({ count: 10_000, complete: true });
});

test("what was added when the manifest became complete is in it, whoever was quicker", async () => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app);
  const files = manyFiles(80);

  const adding = Array.from({ length: 8 }, (_, at) => add(files.slice(at * 10, at * 10 + 10)));
  const closing = [add([announced("x", "x")], { complete: true }), add([announced("y", "y")], { complete: true })];
  const [added, closed] = [await Promise.all(adding), await Promise.all(closing)];

  const { data } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Dataset { files { name } } } }`, {
    id,
  });
  const names = new Set(data.node.files.map(({ name }: { name: string }) => name));
  const kept = files.filter((_, at) => !added[Math.floor(at / 10)]!.errors);
  expect(closed.filter(({ errors }) => !errors)).toHaveLength(1);
  expect(kept.filter(({ name }) => !names.has(name))).toEqual([]);
});

test("whoever was too slow to complete a manifest awaits nothing of it again", async () => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app);
  const [first, second] = (await add(manyFiles(2), { complete: true })).data.addFiles.uploads;
  await send(app, first.url, CONTENT);

  // What another process does that found the manifest open, before it is refused.
  await writeManifest(app.app.store, id, manyFiles(2));

  expect(await send(app, second.url, CONTENT)).toEqual({ state: "READY" });
});

test("the same request again has no second effect, also the one that completes", async () => {
  await using app = await openTestApp();
  const { add } = await openDataset(app);

  const [one, other] = [
    await add(manyFiles(2), { complete: true, idempotencyKey: "once" }),
    await add(manyFiles(2), { complete: true, idempotencyKey: "once" }),
  ];

  expect(other.errors).toBeUndefined();
  expect(other.data.addFiles.manifest).toEqual(one.data.addFiles.manifest);
});

test("an unfinished manifest goes with its record, and so does what it awaited", async () => {
  await using app = await openTestApp();
  const { id } = await openDataset(app, { files: manyFiles(3) });
  const { data } = await app.execute(
    `mutation ($input: DeleteDatasetInput!) { deleteDataset(input: $input) { done } }`,
    {
      input: { id },
    },
  );

  expect(data.deleteDataset.done).toBe(true);
  expect(await app.app.store.missingFiles.countDocuments()).toBe(0);
});

test("nothing is awaited of a record that is READY", async () => {
  await using app = await openTestApp();
  await largeDataset(app, 260);

  expect(await app.app.store.missingFiles.countDocuments()).toBe(0);
});
