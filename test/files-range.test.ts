import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { announced } from "./support/exchange.js";
import { openTestApp } from "./support/open-test-app.js";
import { servedFiles } from "./support/served-files.js";

const CONTENT = randomBytes(300_000);
const ETAG = `"${announced("a", CONTENT).sha256}"`;
const KEPT = [{}, { lightweight: true }, { compressed: true }, { compressed: true, lightweight: true }];

/** A dataset of two files that are there, and the download of the first. */
async function ready(how: object = {}) {
  const files = await servedFiles({ "a/b (1).bin": CONTENT, "z.txt": Buffer.from("z") }, how);
  await files.put(files.uploads[0]!, CONTENT);
  await files.put(files.uploads[1]!, Buffer.from("z"));
  const url = await files.download("a/b (1).bin");
  const get = (headers: Record<string, string> = {}, method = "GET") => files.send(url, method, null, headers);
  const bytes = async (range: string) => Buffer.from(await (await get({ range })).arrayBuffer());
  return { ...files, get, bytes };
}

test.each(KEPT)("ranges of a file that is kept %o are what they say", async (how) => {
  await using files = await ready(how);

  expect((await files.bytes("bytes=0-9")).equals(CONTENT.subarray(0, 10))).toBe(true);
  expect((await files.bytes("bytes=100000-199999")).equals(CONTENT.subarray(100_000, 200_000))).toBe(true);
  expect((await files.bytes("bytes=299999-")).equals(CONTENT.subarray(299_999))).toBe(true);
  expect((await files.bytes("bytes=-7")).equals(CONTENT.subarray(-7))).toBe(true);
  expect((await files.bytes("bytes=299990-400000")).equals(CONTENT.subarray(299_990))).toBe(true);
});

test("a range is told apart from the whole", async () => {
  await using files = await ready();

  const part = await files.get({ range: "bytes=10-19" });
  const whole = await files.get();

  expect([part.status, Object.fromEntries(part.headers)]).toMatchObject([
    206,
    { "content-range": "bytes 10-19/300000", "content-length": "10", etag: ETAG, "accept-ranges": "bytes" },
  ]);
  expect([whole.status, Object.fromEntries(whole.headers)]).toMatchObject([
    200,
    {
      "content-length": "300000",
      etag: ETAG,
      "accept-ranges": "bytes",
      "content-disposition": "attachment; filename=\"b__1_.bin\"; filename*=UTF-8''b%20%281%29.bin",
    },
  ]);
});

test.each(["bytes=300000-", "bytes=400000-400001", "bytes=-0", "bytes=", "bytes=a-b", "bytes=5-2"])(
  "nothing lies in the range %s",
  async (range) => {
    await using files = await ready();

    const answer = await files.get({ range });

    expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */300000"]);
  },
);

test.each(["lines=1-2", "bytes=0-0,2-3", "10-20"])("the range %s is answered with the whole", async (range) => {
  await using files = await ready();

  const answer = await files.get({ range });

  expect([answer.status, answer.headers.get("content-length")]).toEqual([200, "300000"]);
});

test("a range is sent only of the content that the client began with", async () => {
  await using files = await ready();
  const range = "bytes=0-9";

  const same = await files.get({ range, "if-range": ETAG });
  const others = [
    await files.get({ range, "if-range": `"${"0".repeat(64)}"` }),
    await files.get({ range, "if-range": `W/${ETAG}` }),
    await files.get({ range, "if-range": new Date().toUTCString() }),
  ];

  expect([same, ...others].map(({ status }) => status)).toEqual([206, 200, 200, 200]);
});

test.each([ETAG, `W/${ETAG}`, `"x", ${ETAG}`, "*"])("what a client has already (%s) is not sent again", async (tag) => {
  await using files = await ready();

  const had = await files.get({ "if-none-match": tag });
  const other = await files.get({ "if-none-match": '"x"' });

  expect([had.status, had.headers.get("etag"), await had.text()]).toEqual([304, ETAG, ""]);
  expect(other.status).toBe(200);
});

test.each(KEPT)("HEAD of a file that is kept %o says what GET would, and sends nothing", async (how) => {
  await using files = await ready(how);

  const head = await files.get({ range: "bytes=0-9" }, "HEAD");

  expect([head.status, Object.fromEntries(head.headers), await head.text()]).toMatchObject([
    200,
    { "content-length": "300000", etag: ETAG, "accept-ranges": "bytes" },
    "",
  ]);
});

test("a record that is packed as it is sent has no ranges, and says so", async () => {
  await using files = await ready();
  const answer = await files.send(await files.download(), "GET", null, { range: "bytes=0-9" });

  expect([answer.status, answer.headers.get("accept-ranges"), answer.headers.get("etag")]).toEqual([200, "none", null]);
});

test("the download of a dataset whose files are elsewhere is an error that says so", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { data } = await app.execute(`mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id } }`, {
    input: { model, stored: false },
  });

  const { errors } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Dataset { download } } }`, {
    id: data.createDataset.id,
  });

  expect(errors).toMatchObject([
    { message: expect.stringContaining("`stored` is false"), extensions: { code: "CONFLICT" } },
  ]);
});
