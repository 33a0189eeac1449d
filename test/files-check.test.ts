import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { Disposables } from "../src/disposables.js";
import { announced } from "./support/exchange.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "./support/test-bucket.js";

const CONTENTS = [randomBytes(900), randomBytes(901), randomBytes(902), randomBytes(903)] as const;
const FILES = CONTENTS.map((content, at) => announced(`${at}.bin`, content));
const HASHES = FILES.map(({ sha256 }) => sha256);

const MODEL = `mutation { createModel(input: { name: "m" }) { id } }`;
const CREATE = `mutation ($files: [ManifestFileInput!], $lightweight: Boolean!) {
  createDataset(input: { model: "m", name: "d", files: $files, lightweight: $lightweight }) { id uploads { url } }
}`;

/** A place of files, as an operator can change it. */
interface Place extends AsyncDisposable {
  readonly settings: Record<string, string>;
  write(key: string, content: Buffer<ArrayBuffer>): Promise<void>;
  remove(key: string): Promise<void>;
}

async function folderPlace(data: string): Promise<Place> {
  const at = (key: string) => join(data, "files", key);
  return {
    settings: {},
    async write(key, content) {
      await mkdir(dirname(at(key)), { recursive: true });
      await writeFile(at(key), content);
    },
    remove: (key) => rm(at(key)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function bucketPlace(): Promise<Place> {
  const opened = await openTestBucket("rocas/");
  return {
    settings: opened.settings,
    write: async (key, content) => void (await opened.bucket.put(key, content)),
    remove: (key) => opened.bucket.remove(key),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** A dataset whose files have come, and whose server has ended. */
async function kept(openPlace: (data: string) => Promise<Place>, lightweight = false) {
  const stack = new Disposables();
  const folder = stack.use(await openTempFolder());
  const data = join(folder.path, "data");
  const place = stack.use(await openPlace(data));
  const environment = { ...place.settings, ROCAS_DATA: data, MONGODB_URI: "", ROCAS_RUNTIME: "docker" };
  await using server = await startServerProcess(environment);
  await server.execute(MODEL);
  const { createDataset } = await server.execute(CREATE, { files: FILES, lightweight });
  for (const [at, { url }] of createDataset.uploads.entries())
    await fetch(server.url + url, { method: "PUT", body: new Uint8Array(CONTENTS[at]!) });
  return {
    id: createDataset.id as string,
    place,
    check: (...args: string[]) => check(environment, args),
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

/** What `npm run files:check` runs, after its compilation. */
const check = (environment: Record<string, string>, args: readonly string[]) =>
  promisify(execFile)(process.execPath, ["dist/check-files.js", ...args], {
    env: { ...process.env, ...environment },
  }).then(
    ({ stdout }) => ({ code: 0, told: stdout.split("\n") }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      told: (stdout + stderr).split("\n"),
    }),
  );

const keyOf = (sha256: string) => `${sha256.slice(0, 2)}/${sha256}`;

describe.each([
  { where: "a folder", openPlace: folderPlace, isThere: true },
  { where: `a bucket ${NEEDS_S3}`, openPlace: bucketPlace, isThere: S3_ENDPOINT !== "" },
])("the check of files in $where", ({ openPlace, isThere }) => {
  test.skipIf(!isThere)("finds nothing where nothing is at fault", async () => {
    await using files = await kept(openPlace);

    const { code, told } = await files.check("--hashes");

    expect([code, told[0]]).toEqual([0, expect.stringMatching(/: 4 files with 3606 bytes; no fault\.$/)]);
  });

  test.skipIf(!isThere)("tells what is missing, of another size or of no record, and leaves all as it is", async () => {
    await using files = await kept(openPlace);
    const stray = "ab".repeat(32);
    await files.place.remove(keyOf(HASHES[0]!));
    await files.place.write(keyOf(HASHES[1]!), randomBytes(7));
    await files.place.write(keyOf(stray), randomBytes(5));

    const first = await files.check();
    const second = await files.check();

    expect(first.code).toBe(1);
    expect(first.told.slice(0, -3).sort()).toEqual(
      [
        `${HASHES[0]} is missing: ${files.id} needs it (900 bytes).`,
        `${HASHES[1]} has 7 bytes, and ${files.id} has recorded others.`,
        `${stray} belongs to no record (5 bytes).`,
      ].sort(),
    );
    expect(second).toEqual(first);
  });

  test.skipIf(!isThere)("reads every byte with --hashes, and else sizes alone", async () => {
    await using files = await kept(openPlace);
    await files.place.write(keyOf(HASHES[2]!), randomBytes(902));

    const [sizes, bytes] = [await files.check(), await files.check("--hashes")];

    expect(sizes.code).toBe(0);
    expect([bytes.code, bytes.told[0]]).toEqual([
      1,
      `${HASHES[2]} is damaged: its content has another SHA-256. ${files.id} needs it.`,
    ]);
  });
});

test("the check looks at the files in the store itself, too", async () => {
  await using files = await kept(folderPlace, true);

  const { code, told } = await files.check("--hashes");

  expect([code, told[1]]).toEqual([0, "the store itself: 4 files with 3606 bytes; no fault."]);
});

test("the check of a store that no server has used, and an argument that is none, end with 2", async () => {
  await using folder = await openTempFolder();
  const environment = { ROCAS_DATA: folder.path, MONGODB_URI: "" };

  expect(await check(environment, [])).toEqual({
    code: 2,
    told: [expect.stringContaining("There are no records"), ""],
  });
  expect(await check(environment, ["--fix"])).toEqual({ code: 2, told: [expect.stringContaining('"--fix"'), ""] });
});
