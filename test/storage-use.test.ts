import { expect, test } from "vitest";
import { announced } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const STORAGE = `{ storage { bytes files { files bytes givenUp } collections { name documents bytes } } }`;

interface Use {
  bytes: number;
  files: object;
  collections: { name: string; documents: number; bytes: number }[];
}
const use = async (app: TestApp): Promise<Use> => (await app.execute(STORAGE)).data.storage;
const collection = ({ collections }: Use, name: string) => collections.find((each) => each.name === name);

test("the bytes of files and of every collection are counted, shared content once", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = [{ name: "a.csv", text: "x".repeat(1_000) }];
  await app.seed.dataset({ model, name: "one", files });
  await app.seed.dataset({ model, name: "two", files });
  await app.seed.dataset({ model, files: [{ name: "b.csv", text: "light" }], lightweight: true });

  const told = await use(app);

  expect(told.files).toEqual({ files: 1, bytes: 1_000, givenUp: 0 });
  expect(collection(told, "datasets")).toMatchObject({ documents: 3 });
  expect(collection(told, "files.chunks")).toMatchObject({ documents: 1 });
  const { events } = app.app.store;
  expect(collection(told, "events")).toMatchObject({ documents: await events.countDocuments() });
  const sum = told.collections.reduce((bytes, each) => bytes + each.bytes, 1_000);
  expect(told.bytes).toBe(sum);
});

test("the bytes of a collection are those of its documents", async () => {
  await using app = await openTestApp();
  const { logs } = app.app.store;
  const before = collection(await use(app), "logs")?.bytes ?? 0;
  await logs.insertOne({ _id: "a.0", job: "a", slot: 0, attempt: 1, seq: 0, at: new Date(), text: "x".repeat(50_000) });

  const bytes = collection(await use(app), "logs")!.bytes - before;

  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThan(50_200);
});

test("a file that was given up is counted until it goes", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { id } = await app.seed.dataset({ model, files: [{ name: "a.csv", text: "1" }] });
  await app.seed.mutate("deleteDataset", "DeleteDatasetInput", { id }, "id");

  expect((await use(app)).files).toEqual({ files: 1, bytes: 1, givenUp: 1 });
  expect(await app.app.files.has(announced("", "1").sha256)).toBe(true);
});
