import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import type { DeferredDeleteStorage } from "../src/files/deferred-delete-storage.js";
import { announced } from "./support/exchange.js";
import { freePort } from "./support/free-port.js";
import { servedFiles } from "./support/served-files.js";
import { openTestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "./support/test-bucket.js";

const CONTENT = randomBytes(20_000_000);

const CREATE = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { state } }`;
const DELETE = `mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { done } }`;

const keyOf = (text: string) => {
  const { sha256 } = announced("", text);
  return `${sha256.slice(0, 2)}/${sha256}`;
};

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

/** Sends so much of a PUT, and hangs up. */
async function cutOff(port: number, path: string, content: Buffer, bytes: number) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${content.length}\r\n\r\n`);
  await new Promise((resolve) => socket.write(content.subarray(0, bytes), resolve));
  socket.destroy();
}

/** Goes on as a client does: where the server says that the file ends. Returns how many bytes it sent. */
async function sendRest(url: string, content: Buffer): Promise<number> {
  const { headers } = await fetch(url, { method: "HEAD" });
  const rest = content.subarray(Number(headers.get("upload-offset")));
  const answer = await fetch(url, {
    method: "PATCH",
    headers: { "upload-offset": headers.get("upload-offset")!, "content-type": "application/offset+octet-stream" },
    body: new Uint8Array(rest),
  });
  return answer.status === 409 ? sendRest(url, content) : rest.length;
}

describe.skipIf(!S3_ENDPOINT)(`files in a bucket ${NEEDS_S3}`, () => {
  test.each([{}, { compressed: true }])("are sent, and fetched whole and in ranges: %o", async (how) => {
    await using bucket = await openTestBucket("rocas/");
    await using files = await servedFiles({ "a/b=1.bin": CONTENT }, how, bucket.settings);
    const sent = await files.put(files.uploads[0]!, CONTENT);
    const url = await files.download("a/b=1.bin");

    const whole = await bytesOf(await files.send(url, "GET", null));
    const range = await files.send(url, "GET", null, { range: "bytes=9000000-9000099" });

    expect(await sent.json()).toEqual({ state: "READY" });
    expect(whole.equals(CONTENT)).toBe(true);
    expect([range.status, (await bytesOf(range)).equals(CONTENT.subarray(9_000_000, 9_000_100))]).toEqual([206, true]);
    expect((await bucket.keys()).filter((key) => key.startsWith("rocas/parts/"))).toEqual([]);
  });

  test("go on where they broke off, in another process too", async () => {
    await using bucket = await openTestBucket();
    await using files = await servedFiles({ "a.bin": CONTENT }, {}, bucket.settings);
    await using other = await files.app.beside();
    await using server = await serveApp(other);
    const [url = ""] = files.uploads;
    await cutOff(files.port, url, CONTENT, 10_000_000);
    await expect.poll(async () => Number(await files.offset(url))).toBeGreaterThan(5_000_000);

    const sent = await sendRest(server.url + url, CONTENT);

    expect(sent).toBeLessThan(15_000_000);
    expect(await files.state()).toBe("READY");
    const answer = await files.send(await files.download("a.bin"), "GET", null);
    expect((await bytesOf(answer)).equals(CONTENT)).toBe(true);
  });

  test("come in small pieces, which are put together", async () => {
    await using bucket = await openTestBucket();
    const content = CONTENT.subarray(0, 1_000_000);
    await using files = await servedFiles({ "a.bin": content }, {}, bucket.settings);
    const [url = ""] = files.uploads;
    const offsets = [0, 300_000, 600_000, 900_000];

    for (const at of offsets) await files.patch(url, at, content.subarray(at, at + 300_000));

    const answer = await files.send(await files.download("a.bin"), "GET", null);
    expect((await bytesOf(answer)).equals(content)).toBe(true);
    expect((await bucket.keys()).length).toBe(2);
  });

  test("with other content than was announced are refused, and leave nothing", async () => {
    await using bucket = await openTestBucket();
    await using files = await servedFiles({ "a.bin": CONTENT }, {}, bucket.settings);
    const wrong = Buffer.from(CONTENT).fill(0, 100, 200);

    const refused = await files.put(files.uploads[0]!, wrong);

    expect([refused.status, await files.state()]).toEqual([400, "PENDING"]);
    expect(await bucket.keys()).toEqual(["installation"]);
  });

  test("go once no record needs them, and nothing else does", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using app = await openTestApp(bucket.settings);
    const create = (model: string, texts: readonly string[]) =>
      app.execute(CREATE, { input: { model, files: texts.map((text) => ({ name: `${text}.txt`, text })) } });
    const [one, other] = [await app.seed.model(), await app.seed.model()];
    await create(one.name, ["shared", "own", "lost"]);
    await create(other.name, ["shared"]);
    await bucket.bucket.put("notes.txt", Buffer.from("not ours"));
    await bucket.bucket.remove(keyOf("lost"));

    await app.execute(DELETE, { input: { name: one.name, cascade: true } });
    await app.settled();
    await (app.app.files as DeferredDeleteStorage).sweep(0);

    const left = [keyOf("shared"), "installation", "notes.txt"].map((key) => `rocas/${key}`);
    expect(await bucket.keys()).toEqual(left.sort());
  });

  test("of two installations cannot share a prefix", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using files = await servedFiles({}, {}, bucket.settings);
    void files;

    const second = servedFiles({}, {}, bucket.settings);

    await expect(second).rejects.toThrow("rocas/ holds the files of another installation");
  });

  test("cannot be had by a wrong key, or in a bucket that is not there: the start says so", async () => {
    await using bucket = await openTestBucket("rocas/");
    const start = (environment: object) => servedFiles({}, {}, { ...bucket.settings, ...environment });

    await expect(start({ AWS_SECRET_ACCESS_KEY: "wrong" })).rejects.toThrow("refuses the secret of the access key");
    await expect(start({ AWS_ACCESS_KEY_ID: "nobody" })).rejects.toThrow("does not know the access key");
    await expect(start({ ROCAS_FILES: `s3://${bucket.name}-gone` })).rejects.toThrow("is not there (NoSuchBucket)");
    await expect(start({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${await freePort()}` })).rejects.toThrow(
      "does not answer (ECONNREFUSED)",
    );
  });
});
