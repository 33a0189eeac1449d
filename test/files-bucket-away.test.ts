import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { freePort } from "./support/free-port.js";
import { servedFiles } from "./support/served-files.js";
import { NEEDS_S3, openTestBucket, S3_ENDPOINT } from "./support/test-bucket.js";

/** A way to the S3 server that can be closed and opened again. */
async function openWay() {
  const port = await freePort();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const { hostname, port: to } = new URL(S3_ENDPOINT);
    const bucket = connect(Number(to), hostname);
    for (const socket of [client, bucket]) sockets.add(socket.on("error", () => undefined));
    client.pipe(bucket).pipe(client);
  });
  const open = () => once(server.listen(port, "127.0.0.1"), "listening");
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  return { endpoint: `http://127.0.0.1:${port}`, open, close, [Symbol.asyncDispose]: close };
}

const CONTENT = randomBytes(1_000);

describe.skipIf(!S3_ENDPOINT)(`a bucket that is away for a while ${NEEDS_S3}`, () => {
  test("refuses uploads with its reason, and goes on when it is back", async () => {
    await using bucket = await openTestBucket("rocas/");
    await using way = await openWay();
    const environment = { ...bucket.settings, AWS_ENDPOINT_URL_S3: way.endpoint };
    await using files = await servedFiles({ "a.bin": CONTENT, "b.bin": CONTENT }, {}, environment);
    const [first = "", second = ""] = files.uploads;
    await files.put(first, CONTENT);
    await way.close();

    const refused = await files.put(second, CONTENT);
    await way.open();
    const sent = await files.put(second, CONTENT);

    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      errors: [
        { message: expect.stringContaining("the bucket does not answer"), extensions: { code: "STORE_UNAVAILABLE" } },
      ],
    });
    expect(await sent.json()).toEqual({ state: "READY" });
  });
});
