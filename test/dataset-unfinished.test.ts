import { expect, test } from "vitest";
import type { DeferredDeleteStorage } from "../src/files/deferred-delete-storage.js";
import { sweepFiles } from "../src/files/release-files.js";
import { announced, send } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const HOUR = 3_600_000;
const CREATE = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id uploads { url } } }`;

/** A dataset that waits for its last file, touched so many hours ago. */
async function waiting(app: TestApp, hours: number) {
  const { name: model } = await app.seed.model();
  const files = [{ name: "a.csv", text: "first" }, announced("b.csv", "second")];
  const { data } = await app.execute(CREATE, { input: { model, name: "iris", files } });
  const { id, uploads } = data.createDataset;
  const modified_at = new Date(Date.now() - hours * HOUR);
  await app.app.store.datasets.collection.updateOne({ _id: id }, { $set: { modified_at } });
  const isThere = async () =>
    (await app.execute(`query ($id: ID!) { node(id: $id) { id } }`, { id })).data.node !== null;
  return { url: uploads[0].url, isThere };
}

test("a dataset that nobody finished within a day goes, with what had arrived", async () => {
  await using app = await openTestApp();
  const { url, isThere } = await waiting(app, 25);
  const files = app.app.files as DeferredDeleteStorage;

  await sweepFiles(app.app, []);
  await files.sweep(0);

  expect(await isThere()).toBe(false);
  expect(await app.app.files.has(announced("", "first").sha256)).toBe(false);
  await expect(send(app, url, "second")).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a dataset that still waits for files after 23 hours stays, and is finished", async () => {
  await using app = await openTestApp();
  const { url, isThere } = await waiting(app, 23);

  await sweepFiles(app.app, []);

  expect(await isThere()).toBe(true);
  expect(await send(app, url, "second")).toEqual({ state: "READY" });
});

test("a dataset that is READY stays for good", async () => {
  await using app = await openTestApp();
  const { url, isThere } = await waiting(app, 25);
  await send(app, url, "second");

  await app.app.store.datasets.collection.updateMany({}, { $set: { modified_at: new Date(0) } });
  await sweepFiles(app.app, []);

  expect(await isThere()).toBe(true);
});
