import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { announced } from "./support/exchange.js";
import { servedFiles } from "./support/served-files.js";

const CONTENT = randomBytes(1_000_000);

/** Sends so much of a PUT, and hangs up once it is there. */
async function cutOff(port: number, path: string, content: Buffer, bytes: number, there: () => Promise<void>) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: ${content.length}\r\n\r\n`);
  socket.write(content.subarray(0, bytes));
  await there();
  socket.destroy();
}

test.each([{}, { lightweight: true }, { compressed: true }])(
  "an upload goes on where it broke off, and the whole has its checksum: %o",
  async (how) => {
    await using files = await servedFiles({ "a/b=1.bin": CONTENT }, how);
    const [url = ""] = files.uploads;
    await cutOff(files.port, url, CONTENT, 600_000, () => expect.poll(() => files.offset(url)).toBe("600000"));

    // Until the server has seen that nobody sends any more, others are told to wait.
    const sent = () => files.patch(url, 600_000, CONTENT.subarray(600_000, 700_000));
    let part = await sent();
    for (let tries = 0; part.status === 409 && tries < 1_000; tries += 1) part = await sent();
    const rest = await files.patch(url, 700_000, CONTENT.subarray(700_000));

    expect([part.status, part.headers.get("upload-offset")]).toEqual([204, "700000"]);
    expect([rest.status, rest.headers.get("upload-offset"), rest.headers.get("rocas-state")]).toEqual([
      204,
      "1000000",
      "READY",
    ]);
    const answer = await files.send(await files.download("a/b=1.bin"), "GET", null);
    expect(Buffer.from(await answer.arrayBuffer()).equals(CONTENT)).toBe(true);
  },
);

test("an address says how much is there: nothing, a part, all of it", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;
  const before = await files.send(url, "HEAD", null);
  const part = await files.patch(url, 0, CONTENT.subarray(0, 10));
  const between = await files.offset(url);
  await files.put(url, CONTENT);

  expect([before.status, Object.fromEntries(before.headers)]).toMatchObject([
    200,
    { "upload-offset": "0", "upload-length": "1000000", "tus-resumable": "1.0.0", "cache-control": "no-store" },
  ]);
  expect([part.status, between, await files.offset(url)]).toEqual([204, "10", "1000000"]);
});

test("the same upload again is a success after the end, and other content is refused", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;

  const answers = [
    await files.put(url, CONTENT),
    await files.put(url, CONTENT),
    await files.put(url, randomBytes(1e6)),
  ];
  const nothing = await files.patch(url, 1_000_000, Buffer.alloc(0));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 400]);
  expect(await answers[1]!.json()).toEqual({ state: "READY" });
  expect([nothing.status, nothing.headers.get("rocas-state")]).toEqual([204, "READY"]);
});

test.each([
  ["an offset before the end", 5],
  ["an offset beyond it", 11],
])("%s is refused, with the right one", async (_what, offset) => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;
  await files.patch(url, 0, CONTENT.subarray(0, 10));

  const answer = await files.patch(url, offset, CONTENT.subarray(offset, 20));

  expect([answer.status, answer.headers.get("upload-offset")]).toEqual([409, "10"]);
  expect(await files.offset(url)).toBe("10");
});

test.each([
  ["no offset", { "upload-offset": "" }, 400],
  ["an offset below nothing", { "upload-offset": "-1" }, 400],
  ["a hexadecimal offset", { "upload-offset": "0x0" }, 400],
  ["an offset that leads beyond the file", { "upload-offset": "1000000" }, 400],
  ["an endless offset", { "upload-offset": "9".repeat(40) }, 400],
  ["another type", { "content-type": "application/octet-stream" }, 415],
  ["an encoding", { "content-encoding": "gzip" }, 415],
  ["another version of tus", { "tus-resumable": "0.2.2" }, 412],
])("a PATCH with %s is refused and adds nothing", async (_what, headers, status) => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;

  const answer = await files.patch(url, 0, CONTENT.subarray(0, 10), headers);

  expect(answer.status).toBe(status);
  expect(await files.offset(url)).toBe("0");
});

test("parts that make other content than announced are refused at the end, and the upload begins anew", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;
  await files.patch(url, 0, randomBytes(500_000));

  const wrong = await files.patch(url, 500_000, CONTENT.subarray(500_000));

  expect([wrong.status, await files.offset(url), await files.state()]).toEqual([400, "0", "PENDING"]);
  expect(await (await files.put(url, CONTENT)).json()).toEqual({ state: "READY" });
});

test("two that send one file at the same time do not mix, and one is told to wait", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;
  const socket = connect(files.port, "127.0.0.1");
  socket.write(`PUT ${url} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${CONTENT.length}\r\n\r\n`);
  socket.write(CONTENT.subarray(0, 1_000));
  await expect.poll(() => files.offset(url)).toBe("1000");

  const second = await files.put(url, CONTENT);
  socket.write(CONTENT.subarray(1_000));

  expect(second.status).toBe(409);
  await expect.poll(files.state).toBe("READY");
  socket.destroy();
});

test("a file that somebody has sent in part is not gone on with by who announces the same checksum", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT, "b.bin": CONTENT });
  const [a = "", b = ""] = files.uploads;
  await files.patch(a, 0, CONTENT.subarray(0, 10));

  expect([await files.offset(a), await files.offset(b)]).toEqual(["10", "0"]);
  expect(announced("a.bin", CONTENT).sha256).toBe(announced("b.bin", CONTENT).sha256);
});

test("what nobody has gone on with for a day is let go, and younger parts stay", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT, "b.bin": CONTENT });
  const [a = "", b = ""] = files.uploads;
  const { app } = files.app;
  const folder = join(app.settings.ROCAS_DATA, "files", "parts");
  await files.patch(a, 0, CONTENT.subarray(0, 10));
  const [old = ""] = readdirSync(folder);
  await files.patch(b, 0, CONTENT.subarray(0, 10));
  const before = new Date(Date.now() - 25 * 3_600_000);
  await utimes(join(folder, old), before, before);

  await app.partialFiles.sweep();

  expect([await files.offset(a), await files.offset(b)]).toEqual(["0", "10"]);
});

test("nothing is left of a part when the file has arrived", async () => {
  await using files = await servedFiles({ "a.bin": CONTENT });
  const [url = ""] = files.uploads;
  await files.patch(url, 0, CONTENT.subarray(0, 10));
  await files.patch(url, 10, CONTENT.subarray(10));

  expect(readdirSync(join(files.app.app.settings.ROCAS_DATA, "files", "parts"))).toEqual([]);
});
