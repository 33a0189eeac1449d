import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { expect, test } from "vitest";
import { openTempFolder } from "./support/temp-folder.js";
import { openTestApp } from "./support/open-test-app.js";
import { serveApp } from "./support/serve-app.js";

const NGINX = process.env["ROCAS_TEST_NGINX"] ?? "/usr/sbin/nginx";
const hasNginx = existsSync(NGINX);
if (!hasNginx) console.warn(`The configuration for nginx is not tested: there is no ${NGINX} (ROCAS_TEST_NGINX).`);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** nginx as docs/operations.md configures it, without TLS, before the server of that address. */
async function openNginx(url: string) {
  const folder = await openTempFolder();
  const port = await freePort();
  const page = await readFile("docs/operations.md", "utf8");
  const site = /^```nginx\n(.*?)^```$/ms
    .exec(page)![1]!
    .replace("127.0.0.1:4000", new URL(url).host)
    .replace("listen 443 ssl http2", `listen 127.0.0.1:${port}`)
    .replaceAll(/^ *ssl_certificate.*$/gm, "");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (each) => `${each}_temp_path ${folder.path}/t/${each};`,
  );
  await mkdir(join(folder.path, "t"));
  const main = `daemon off; pid ${folder.path}/pid; error_log ${folder.path}/error.log; events {} http { access_log off; ${temporary.join(" ")}\n${site}}`;
  await writeFile(join(folder.path, "nginx.conf"), main);
  const nginx = spawn(NGINX, ["-p", folder.path, "-c", join(folder.path, "nginx.conf")], { stdio: "inherit" });
  const address = `http://127.0.0.1:${port}`;
  await expect
    .poll(
      () =>
        fetch(`${address}/health/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200);
  return {
    url: address,
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => nginx.once("exit", resolve));
      nginx.kill("SIGTERM");
      await gone;
      await folder[Symbol.asyncDispose]();
    },
  };
}

test.skipIf(!hasNginx)(
  "a file larger than nginx's own limit comes and goes through the page's proxy",
  { timeout: 60_000 },
  async () => {
    await using app = await openTestApp();
    await using server = await serveApp(app);
    await using proxy = await openNginx(server.url);
    const content = randomBytes(3_000_000);
    const file = { name: "big.bin", size: content.length, sha256: createHash("sha256").update(content).digest("hex") };
    const { name: model } = await app.seed.model();
    const made = await app.seed.mutate(
      "createDataset",
      "CreateDatasetInput",
      { model, name: "d", files: [file] },
      "id uploads { url }",
    );

    const put = await fetch(proxy.url + made.uploads[0].url, { method: "PUT", body: content });
    const { data } = await app.execute(`{ dataset(model: "${model}", name: "d") { download(name: "big.bin") } }`);
    const got = Buffer.from(await (await fetch(proxy.url + data.dataset.download)).arrayBuffer());

    expect(put.status).toBe(200);
    expect(got.equals(content)).toBe(true);
  },
);

test.skipIf(!hasNginx)("a subscription goes through the page's proxy as a WebSocket", { timeout: 60_000 }, async () => {
  await using app = await openTestApp();
  await using server = await serveApp(app);
  await using proxy = await openNginx(server.url);
  const client = createClient({ url: `${proxy.url.replace("http", "ws")}/graphql`, webSocketImpl: WebSocket });
  const changes = client.iterate({ query: "subscription { recordChanged(types: [MODEL]) { action } }" });

  const heard = changes.next();
  await expect.poll(() => server.live().operations, { timeout: 20_000 }).toBe(1);
  await app.seed.model();

  expect((await heard).value).toEqual({ data: { recordChanged: { action: "CREATED" } } });
  await client.dispose();
});
