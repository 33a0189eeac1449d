import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { issueTicket, type Ticket } from "../src/files/ticket.js";
import { filesRoute } from "../src/http/files.js";
import { FilesystemStorage } from "../src/storage/filesystem/filesystem-storage.js";
import { fileOf, streamOf } from "./contracts/file-storage.contract.js";
import { FakeVault } from "./fakes/fake-vault.js";
import { portOf, raw, statusOf } from "./support/raw-http.js";
import { serveRoute } from "./support/serve-route.js";

async function openFiles({ reserve = 0, idleMs = 2_000, content = null as null | (() => Readable) } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "rocas-http-"));
  const storage = await FilesystemStorage.open(folder, { reserve });
  const vault = new FakeVault();
  const logged: string[] = [];
  const route = filesRoute({
    vault,
    idleMs,
    async receive({ size, sha256 }, sent) {
      await storage.write(sent, { size, sha256 });
      return { state: "READY" };
    },
    receiveRest: async () => ({ offset: 0, state: "PENDING" }),
    progress: async () => ({ offset: 0, state: "PENDING" }),
    open: async ({ name }) => ({
      read: async () => (content ? content() : storage.read(name!)),
      size: content ? 10 : null,
      sha256: name,
      name: 'a "b"\r\n.csv',
    }),
  });
  const server = await serveRoute(route, (line) => logged.push(line));
  return {
    port: portOf(server),
    storage,
    logged,
    ticket: (ticket: Ticket, at?: Date) => issueTicket(vault, ticket, at),
    upload: (file: { size: number; sha256: string }) =>
      issueTicket(vault, { method: "PUT", record: "dataset_1", name: "a.csv", size: file.size, sha256: file.sha256 }),
    url: (ticket: string) => `http://127.0.0.1:${portOf(server)}/files/${ticket}`,
    stored: async () => (await readdir(folder, { recursive: true })).filter((name) => name.includes("/")),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const put = (url: string, body: Buffer | string, headers: Record<string, string> = {}) =>
  fetch(url, { method: "PUT", body, headers });

const codeOf = async (answer: Response) =>
  ((await answer.json()) as { errors: [{ extensions: { code: string } }] }).errors[0].extensions.code;

test("a file that is sent with its ticket is kept, and the state of its record is in the answer", async () => {
  await using files = await openFiles();
  const content = randomBytes(3_000_000);

  const answer = await put(files.url(files.upload(fileOf(content))), content);

  expect([answer.status, await answer.json()]).toEqual([200, { state: "READY" }]);
  expect(await files.storage.has(fileOf(content).sha256)).toBe(true);
});

test("the same upload may be repeated", async () => {
  await using files = await openFiles();
  const content = randomBytes(1_000);
  const url = files.url(files.upload(fileOf(content)));

  expect([(await put(url, content)).status, (await put(url, content)).status]).toEqual([200, 200]);
});

test("an empty file is kept", async () => {
  await using files = await openFiles();
  const content = Buffer.alloc(0);

  const answer = await put(files.url(files.upload(fileOf(content))), content);

  expect(answer.status).toBe(200);
});

test("content with another hash is refused and leaves nothing", async () => {
  await using files = await openFiles();

  const answer = await put(files.url(files.upload(fileOf(randomBytes(100)))), randomBytes(100));

  expect([answer.status, await codeOf(answer)]).toEqual([400, "BAD_USER_INPUT"]);
  expect(await files.stored()).toEqual([]);
});

test("a Content-Length other than the ticket's is refused before the body is read", async () => {
  await using files = await openFiles();
  const content = randomBytes(100);

  const answer = await put(files.url(files.upload({ ...fileOf(content), size: 101 })), content);

  expect(answer.status).toBe(400);
  expect(await files.stored()).toEqual([]);
});

test("a body without a length is refused", async () => {
  await using files = await openFiles();
  const content = randomBytes(100);
  const how = { method: "PUT", body: Readable.toWeb(streamOf(content)), duplex: "half" } as RequestInit;

  const answer = await fetch(files.url(files.upload(fileOf(content))), how);

  expect(answer.status).toBe(411);
});

test("an encoded body is refused, and what it holds is not inflated", async () => {
  await using files = await openFiles();
  const content = gzipSync(Buffer.alloc(1_000_000));

  const answer = await put(files.url(files.upload(fileOf(content))), content, { "content-encoding": "gzip" });

  expect(answer.status).toBe(415);
});

test("a gzip that is sent as a file is kept as the bytes it is", async () => {
  await using files = await openFiles();
  const content = gzipSync(Buffer.alloc(1_000_000));

  await put(files.url(files.upload(fileOf(content))), content);

  expect(await files.storage.has(fileOf(content).sha256)).toBe(true);
});

test("more bytes than the length says do not become part of the file", async () => {
  await using files = await openFiles();
  const content = Buffer.from("0123456789");
  const ticket = files.upload(fileOf(content));

  const answer = await raw(
    files.port,
    `PUT /files/${ticket} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789abcdefghij`,
  );

  expect(answer).toMatch(/^HTTP\/1\.1 400/m);
  await expect.poll(files.stored).toEqual([expect.stringContaining(fileOf(content).sha256)]);
});

for (const share of [0.1, 0.5, 0.9])
  test(`a connection that is cut after ${share * 100} % leaves nothing, and the upload can be repeated`, async () => {
    await using files = await openFiles();
    const content = randomBytes(1_000_000);
    const ticket = files.upload(fileOf(content));
    const socket = connect(files.port, "127.0.0.1");
    socket.write(`PUT /files/${ticket} HTTP/1.1\r\nHost: x\r\nContent-Length: ${content.length}\r\n\r\n`);
    socket.write(content.subarray(0, content.length * share), () => setTimeout(() => socket.destroy(), 50));
    await new Promise((resolve) => socket.once("close", resolve));
    await expect.poll(files.stored).toEqual([]);

    const answer = await put(files.url(ticket), content);

    expect(answer.status).toBe(200);
  });

test("a client that falls silent is cut off and leaves nothing", async () => {
  await using files = await openFiles({ idleMs: 200 });
  const ticket = files.upload(fileOf(randomBytes(20)));

  await raw(files.port, `PUT /files/${ticket} HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n0123456789`);

  await expect.poll(files.stored).toEqual([]);
});

test("a file that the disk has no room for is refused with 507", async () => {
  await using files = await openFiles({ reserve: 1 });
  const content = randomBytes(10_000_000);

  const answer = await raw(
    files.port,
    `PUT /files/${files.upload(fileOf(content))} HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n0123`,
    500,
  );

  expect(statusOf(answer)).toBe(507);
});

test("a ticket to fetch is not good for sending", async () => {
  await using files = await openFiles();
  const ticket = files.ticket({ method: "GET", record: "dataset_1", name: "a.csv" });

  const answer = await put(files.url(ticket), "x");

  expect([answer.status, await codeOf(answer)]).toEqual([403, "FORBIDDEN"]);
});

test("a ticket to fetch is not good for going on with an upload", async () => {
  await using files = await openFiles();
  const ticket = files.ticket({ method: "GET", record: "dataset_1", name: "a.csv" });

  expect((await fetch(files.url(ticket), { method: "PATCH", body: "x" })).status).toBe(403);
});

test("a ticket to send is not good for fetching", async () => {
  await using files = await openFiles();

  expect((await fetch(files.url(files.upload(fileOf(Buffer.from("x")))))).status).toBe(403);
});

test("an expired ticket is gone", async () => {
  await using files = await openFiles();
  const ticket = files.ticket({ method: "GET", record: "dataset_1", name: "x" }, new Date(Date.now() - 3_600_000));

  expect((await fetch(files.url(ticket))).status).toBe(410);
});

for (const path of ["", ".", "%2e%2e/%2e%2e/etc/passwd", "a.b", "dataset_1", "..%2f..", "a/b/c"])
  test(`/files/${path} is no ticket`, async () => {
    await using files = await openFiles();

    expect(statusOf(await raw(files.port, `GET /files/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))).toBe(
      403,
    );
  });

test("a ticket with something behind it is no ticket", async () => {
  await using files = await openFiles();
  const ticket = files.ticket({ method: "GET", record: "dataset_1", name: "x" });

  expect((await fetch(files.url(`${ticket}?a=b`))).status).toBe(403);
  expect((await fetch(files.url(`${ticket}/`))).status).toBe(403);
});

test("a method that files do not know is refused", async () => {
  await using files = await openFiles();

  expect((await fetch(files.url("x"), { method: "DELETE" })).status).toBe(405);
});

test("a fetched file is nothing that a browser would run", async () => {
  await using files = await openFiles();
  const content = Buffer.from("<script>alert(1)</script>");
  await files.storage.write(streamOf(content), fileOf(content));

  const answer = await fetch(files.url(files.ticket({ method: "GET", record: "d", name: fileOf(content).sha256 })));

  expect(await answer.text()).toBe(content.toString());
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/octet-stream",
    "x-content-type-options": "nosniff",
    "content-disposition": `attachment; filename="a__b___.csv"; filename*=UTF-8''a%20%22b%22%0D%0A.csv`,
    "content-security-policy": "sandbox; default-src 'none'",
  });
});

test("a file that is not there is 404", async () => {
  await using files = await openFiles();

  const answer = await fetch(files.url(files.ticket({ method: "GET", record: "d", name: "a".repeat(64) })));

  expect([answer.status, await codeOf(answer)]).toEqual([404, "NOT_FOUND"]);
});

test("content that fails on the way never looks whole, and the failure is logged for the operator", async () => {
  const failing = async function* () {
    yield Buffer.from("01234");
    throw new Error("The disk is gone.");
  };
  await using files = await openFiles({ content: () => Readable.from(failing()) });

  const answer = await fetch(files.url(files.ticket({ method: "GET", record: "d", name: "x" })));

  await expect(answer.text()).rejects.toThrow();
  expect(files.logged).toEqual([expect.stringContaining("The disk is gone.")]);
});

test("an unknown failure is masked", async () => {
  const failing = () => {
    throw new Error("mongodb://user:password@host");
  };
  await using files = await openFiles({ content: failing });

  const answer = await fetch(files.url(files.ticket({ method: "GET", record: "d", name: "x" })));

  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain("password");
});

test("a client that stops fetching leaves the server well", async () => {
  const endless = async function* () {
    for (;;) yield Buffer.alloc(65_536);
  };
  await using files = await openFiles({ content: () => Readable.from(endless()), idleMs: 300 });
  const ticket = files.ticket({ method: "GET", record: "d", name: "x" });

  await raw(files.port, `GET /files/${ticket} HTTP/1.1\r\nHost: x\r\n\r\n`, 100);

  expect((await put(files.url(files.upload(fileOf(Buffer.from("x")))), "x")).status).toBe(200);
  expect(files.logged).toEqual([]);
});
