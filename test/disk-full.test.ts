import { createHash, randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { ROCAS } from "../src/caller.js";
import { newId } from "../src/graph/id.js";
import { publicErrorOf } from "../src/http/format-error.js";
import { openApp } from "../src/open-app.js";
import { openConnection } from "../src/open-connection.js";
import { readSettings } from "../src/settings.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { systemIntent } from "../src/store/idempotency.js";
import { insertRecord } from "../src/store/insert-record.js";
import { FakeImageBuilder } from "./fakes/fake-image-builder.js";
import { FakeRuntime } from "./fakes/fake-runtime.js";
import { openTestApp } from "./support/open-test-app.js";
import { CAN_MOUNT, openSmallDisk } from "./support/small-disk.js";

const SENTENCE =
  "The disk of the server is full, and nothing of this was kept. Whoever runs the server has to make room; then send it again.";
const name = CAN_MOUNT ? "a full disk" : "a full disk (skipped: no file system can be mounted here)";

describe.skipIf(!CAN_MOUNT)(name, () => {
  // The embedded store is the one whose disk is ours.
  test.skipIf(process.env["MONGODB_URI"])("refuses creates with one sentence and keeps none of them", async () => {
    using disk = openSmallDisk(40);
    await using app = await openTestApp({ ROCAS_DATA: disk.path });
    disk.fill();
    const create = (name: string) =>
      app.execute(`mutation ($n: Name) { createModel(input: { name: $n }) { id } }`, { n: name });

    const refused = await Promise.all(Array.from({ length: 12 }, (_, n) => create(`model-${n}`)));

    expect(refused.map(({ errors }) => errors?.length)).toEqual(Array.from({ length: 12 }, () => 1));
    const seen = await app.execute(`{ models { totalCount } }`);
    expect(seen.data.models.totalCount).toBe(0);
  });

  test.skipIf(process.env["MONGODB_URI"])("that fills up while creates come refuses none that it made", async () => {
    using disk = openSmallDisk(40);
    await using app = await openTestApp({ ROCAS_DATA: disk.path });
    const create = (n: string) =>
      app.execute(`mutation ($n: Name) { createModel(input: { name: $n }) { name } }`, { n });
    const creating = Array.from({ length: 60 }, async (_, n) => {
      await sleep(n * 5);
      return create(`model-${n}`);
    });
    await creating[0];
    disk.fill();
    const answers = await Promise.all([...creating, create("model-late")]);
    disk.makeRoom();

    const made = answers.flatMap(({ data }) => data?.createModel?.name ?? []).sort();
    const { data } = await app.execute(`{ models(first: 100) { nodes { name } } }`);
    expect(data.models.nodes.map(({ name }: { name: string }) => name).sort()).toEqual(made);
    expect(made.length).toBeGreaterThan(0);
    expect(made).not.toContain("model-late");
  });

  test("hinders no start: what there is can be read", async () => {
    using disk = openSmallDisk(40);
    const settings = readSettings({ ROCAS_DATA: disk.path, ROCAS_RUN_HOST: "127.0.0.1" });
    const engine = { runtime: new FakeRuntime(), imageBuilder: new FakeImageBuilder() };
    const open = () => openApp(settings, pino({ level: "silent" }), { engine });
    {
      await using first = await open();
      const model = { _id: newId("model"), key: "tulips", name: "tulips", model_files: [], data_files: [] };
      await insertRecord(first.app.store.models, model, systemIntent(ROCAS));
    }
    disk.fill();

    await using again = await open();

    expect(await again.app.store.models.countDocuments()).toBe(1);
  });

  test.skipIf(process.env["MONGODB_URI"])("is reported by its code, and forgotten when there is room", async () => {
    using disk = openSmallDisk(40);
    await using store = await openConnection({ dataFolder: disk.path });
    const things = store.connection.db!.collection("things");
    await things.insertOne({ before: true });
    disk.fill();

    const error: unknown = await things.insertOne({ meanwhile: true }).catch((failure: unknown) => failure);
    disk.makeRoom();
    await things.insertOne({ after: true });

    expect(publicErrorOf(error)).toEqual({ code: "LIMIT_EXCEEDED", message: SENTENCE });
    const kept = await things.find({}, { projection: { _id: 0 } }).toArray();
    expect(kept).toEqual([{ before: true }, { after: true }]);
  });

  test("at the first start is reported in a sentence", async () => {
    using disk = openSmallDisk(8);
    mkdirSync(join(disk.path, "store"));
    disk.fill();

    const opening = openConnection({ dataFolder: disk.path });

    await expect(opening).rejects.toThrow(`The disk of ${join(disk.path, "store")} is full.`);
  });

  test("midway in an upload leaves nothing, and the next upload finds its room", async () => {
    using disk = openSmallDisk(16);
    const storage = await FilesystemStorage.open(join(disk.path, "files"), { reserve: 0 });
    const content = randomBytes(6 * 1024 * 1024);
    const file = { sha256: createHash("sha256").update(content).digest("hex"), size: content.length };
    async function* pieces() {
      yield content.subarray(0, 1024 * 1024);
      disk.fill();
      yield content.subarray(1024 * 1024);
    }

    const error: unknown = await storage.write(Readable.from(pieces()), file).catch((failure: unknown) => failure);
    disk.makeRoom();

    expect(publicErrorOf(error)).toMatchObject({ code: "LIMIT_EXCEEDED", message: SENTENCE });
    await storage.write(Readable.from([content]), file);
    expect(await storage.has(file.sha256)).toBe(true);
  });
});
