import { expect, test, vi } from "vitest";
import { sweepFiles } from "../src/files/release-files.js";
import { sweepFileLists } from "../src/retention/sweep-unneeded.js";
import { announced } from "./support/exchange.js";
import { CONTENT, largeDataset, manyFiles, openDataset } from "./support/many-files.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

// Hundreds of files are sent, each by itself.
vi.setConfig({ testTimeout: 120_000 });

const COUNT = 260;
const DS = /* GraphQL */ `
  query ($id: ID!) {
    node(id: $id) {
      ... on ModelVersion {
        ds {
          status
          drift {
            path
          }
          files {
            name
          }
          manifest {
            count
            sha256
            files(first: 1) {
              totalCount
              nodes {
                name
              }
            }
          }
        }
      }
    }
  }
`;
const USE = `query ($model: String!) { model(name: $model) { fileUse { bytes supersededBytes records } } }`;
const VIOLATIONS = `query ($model: String!) { model(name: $model) { violations { rule file record { ... on Dataset { id } } } } }`;

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);
const remove = (app: TestApp, mutation: string, id: string) =>
  app.seed.mutate(mutation, `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`, { id }, "id");

/** Looks at every list again, as if so many days had passed. */
async function sweepAfter({ app }: TestApp, days: number): Promise<number> {
  const { fileLists } = app.store;
  await fileLists.updateMany({ n: 0 }, { $set: { checked_at: ago(2) } });
  await fileLists.updateMany({ unneeded_since: { $ne: null } } as object, { $set: { unneeded_since: ago(days) } });
  await sweepFileLists(app);
  return fileLists.countDocuments();
}

/** A version that was trained on a dataset of many files. */
async function trained(app: TestApp, name = "data") {
  const { id, model } = await largeDataset(app, COUNT, { name });
  const version = await app.seed.modelVersion({ model, ds: { model, name } });
  const ds = async () => (await app.execute(DS, { id: version.id })).data.node.ds;
  return { id, model, version, ds };
}

test("a snapshot tells the files of a record of many, also when the record is gone, as long as it is there itself", async () => {
  await using app = await openTestApp();
  const { id, version, ds } = await trained(app);
  const before = await ds();
  expect(before).toMatchObject({ status: "IDENTICAL", drift: [], manifest: { count: COUNT } });
  expect(before.files).toHaveLength(COUNT);
  expect(before.manifest.files).toEqual({ totalCount: COUNT, nodes: [{ name: before.files[0].name }] });

  await remove(app, "deleteDataset", id);
  await sweepAfter(app, 0);
  const kept = await sweepAfter(app, 400);
  expect(await ds()).toEqual({ ...before, status: "DELETED" });

  await remove(app, "deleteModelVersion", version.id);
  const counts = [await sweepAfter(app, 0), await sweepAfter(app, 89), await sweepAfter(app, 91)];
  expect([kept, ...counts]).toEqual([2, 2, 2, 0]);
});

test("a dataset of many files that replaces another is seen as drift by what it is together", async () => {
  await using app = await openTestApp();
  const { model, ds } = await trained(app);
  await largeDataset(app, COUNT + 1, { model, name: "data" });

  const { status, drift } = await ds();

  expect(status).toBe("REPLACED");
  expect(drift.map(({ path }: { path: string[] }) => path.join("."))).toEqual([
    "manifest.sha256",
    "manifest.count",
    "manifest.bytes",
  ]);
});

test("content that a record of many files needs is not removed with another record, and goes with the last", async () => {
  await using app = await openTestApp();
  const { id, model } = await largeDataset(app, COUNT);
  const small = await app.seed.dataset({ model, files: [{ name: "same", text: CONTENT }] });
  const { sha256 } = announced("", CONTENT);
  const sweep = () =>
    sweepFiles(app.app, [{ sweep: () => (app.app.files as unknown as { sweep(ms: number): Promise<void> }).sweep(0) }]);

  await remove(app, "deleteDataset", small.id);
  await sweep();
  const kept = await app.app.files.has(sha256);
  await remove(app, "deleteDataset", id);
  await sweep();

  expect([kept, await app.app.files.has(sha256)]).toEqual([true, false]);
});

test("a tightened contract looks into manifests of many files", async () => {
  await using app = await openTestApp();
  const { id, model, files } = await largeDataset(app, COUNT);
  const [, fine, large] = files.map(({ name }) => name);
  const input = {
    name: model,
    dataFiles: [
      { name: "labels.csv", required: true },
      { name: fine, required: true, maxMb: 1 },
      { name: large, maxMb: 0.000001 },
    ],
  };
  await app.seed.mutate("updateModel", "UpdateModelInput", input, "id");

  const { data } = await app.execute(VIOLATIONS, { model });

  expect(data.model.violations).toEqual([
    { rule: "MISSING", file: "labels.csv", record: { id } },
    { rule: "TOO_LARGE", file: large, record: { id } },
  ]);
});

test("the bytes of many files count with their owner, and those of superseded records by themselves", async () => {
  await using app = await openTestApp();
  const { model } = await largeDataset(app, COUNT, { name: "data" });
  await largeDataset(app, COUNT + 2, { model, name: "data" });

  const { data } = await app.execute(USE, { model });

  const bytes = (COUNT + COUNT + 2) * CONTENT.length;
  expect(data.model.fileUse).toEqual({ bytes, supersededBytes: COUNT * CONTENT.length, records: 2 });
});

test("what is awaited of no record that waits for it is forgotten after a day", async () => {
  await using app = await openTestApp();
  const { id, add } = await openDataset(app, { files: manyFiles(2) });
  const { missingFiles } = app.app.store;
  const orphan = { record: "dataset_gone", of: "dataset_gone", name: "a", size: 1, sha256: "a", since: ago(2) };
  await missingFiles.insertMany([
    { ...orphan, _id: "dataset_gone/a" },
    { ...orphan, _id: "dataset_young/a", record: "dataset_young", since: new Date() },
    { ...orphan, _id: `${id}/other/a`, record: id, of: `${id}/other` },
  ]);
  await missingFiles.updateMany({ record: id }, { $set: { since: ago(2) } });

  await sweepFiles(app.app, []);
  const { data } = await add(manyFiles(3), { complete: true });

  expect(data.addFiles.manifest.count).toBe(3);
  const left = await missingFiles.find().toArray();
  expect(left.filter(({ record }) => record !== id).map(({ _id }) => _id)).toEqual(["dataset_young/a"]);
  expect(left.some(({ of }) => of === `${id}/other`)).toBe(false);
});
