import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { refusalOf } from "../src/http/format-error.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { openConnection } from "../src/store/open-connection.js";
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

  test.skipIf(process.env["MONGODB_URI"])("is told by its code, and forgotten when there is room", async () => {
    using disk = openSmallDisk(40);
    await using store = await openConnection({ dataFolder: disk.path });
    const things = store.connection.db!.collection("things");
    await things.insertOne({ before: true });
    disk.fill();

    const error: unknown = await things.insertOne({ meanwhile: true }).catch((failure: unknown) => failure);
    disk.makeRoom();
    await things.insertOne({ after: true });

    expect(refusalOf(error)).toEqual({ code: "LIMIT_EXCEEDED", message: SENTENCE });
    const kept = await things.find({}, { projection: { _id: 0 } }).toArray();
    expect(kept).toEqual([{ before: true }, { after: true }]);
  });

  test("at the first start is told in a sentence", async () => {
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

    expect(refusalOf(error)).toMatchObject({ code: "LIMIT_EXCEEDED", message: SENTENCE });
    await storage.write(Readable.from([content]), file);
    expect(await storage.has(file.sha256)).toBe(true);
  });
});
