import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, renameSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type ServerProcess, startServerProcess } from "./support/server-process.js";
import { openBoundFolder } from "./support/bound-folder.js";
import { CAN_MOUNT } from "./support/small-disk.js";
import { openTempFolder } from "./support/temp-folder.js";

const CREATE = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { uploads { url } } }`;
const CONTENT = "5.1,3.5";
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

/** A server on the embedded store, whichever the suite runs on: what fails is the machine. */
const start = (data: string, most?: number) =>
  startServerProcess(
    { ROCAS_DATA: data, MONGODB_URI: "", LOG_LEVEL: "silent", DOCKER_HOST: "unix:///none.sock" },
    most,
  );

/** The address to send the only file of a new dataset to. */
async function announced(server: ServerProcess, name: string): Promise<string> {
  const files = [{ name: "measures.csv", size: CONTENT.length, sha256: SHA256 }];
  const { createDataset } = await server.execute(CREATE, { input: { model: "tulips", name, files } });
  return server.url + createDataset.uploads[0].url;
}

async function put(url: string) {
  const answer = await fetch(url, { method: "PUT", body: CONTENT });
  const { errors, state } = (await answer.json()) as {
    errors?: [{ message: string; extensions: object }];
    state?: string;
  };
  return { status: answer.status, state, ...errors?.[0] };
}

const isReady = async ({ url }: ServerProcess) => {
  const answer = await fetch(`${url}/health/ready`);
  return { status: answer.status, ...((await answer.json()) as object) };
};
const createModel = (server: ServerProcess, name: string) =>
  server.execute(`mutation ($name: Name) { createModel(input: { name: $name }) { name } }`, { name });

const title = `the files' folder${CAN_MOUNT ? "" : " [no rights to mount: skipped]"}`;

describe.skipIf(!CAN_MOUNT)(title, () => {
  test("on a disk that became read-only refuses uploads in a sentence, and takes them when it is mended", async () => {
    await using folder = await openTempFolder();
    using disk = openBoundFolder(join(folder.path, "disk"), join(folder.path, "data", "files"));
    await using server = await start(join(folder.path, "data"));
    await createModel(server, "tulips");
    const url = await announced(server, "one");

    disk.makeReadOnly();
    const refused = await put(url);
    const unready = await isReady(server);
    disk.makeWritable();

    expect(refused).toMatchObject({ status: 503, extensions: { code: "STORE_UNAVAILABLE", id: expect.any(String) } });
    expect(refused.message).toBe(
      "The server cannot use its files at the moment: its file system is read-only (EROFS). Whoever runs it has to mend that; then send it again.",
    );
    expect(unready).toMatchObject({ status: 503, ok: false, files: "its file system is read-only (EROFS)" });
    expect(await put(url)).toMatchObject({ status: 200, state: "READY" });
    expect(await isReady(server)).toMatchObject({ status: 200, ok: true, files: "can be used" });
  });

  test("whose disk was taken away takes and loses nothing, and says so, until it is back", async () => {
    await using folder = await openTempFolder();
    const files = join(folder.path, "data", "files");
    using disk = openBoundFolder(join(folder.path, "disk"), files);
    await using server = await start(join(folder.path, "data"));
    await createModel(server, "tulips");
    await put(await announced(server, "one"));
    const url = await announced(server, "two");
    const { dataset } = await server.execute(
      `{ dataset(model: "tulips", name: "one") { download(name: "measures.csv") } }`,
    );
    const download = () => fetch(server.url + dataset.download);

    disk.takeAway();
    const seen = [await put(url), { status: (await download()).status }, await isReady(server)];
    const left = readdirSync(files);
    disk.bringBack();

    expect(seen.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(seen[0]).toMatchObject({
      message: expect.stringContaining("their folder is not there, or its disk is not"),
    });
    expect(left).toEqual([]);
    expect(await put(url)).toMatchObject({ status: 200, state: "READY" });
    expect(await (await download()).text()).toBe(CONTENT);
  });
});

test("a data folder that is moved away refuses what would be lost, and goes on when it is back", async () => {
  await using folder = await openTempFolder();
  const [data, elsewhere] = [join(folder.path, "data"), join(folder.path, "elsewhere")];
  await using server = await start(data);
  await createModel(server, "tulips");

  renameSync(data, elsewhere);
  await expect(createModel(server, "roses")).rejects.toThrow("STORE_UNAVAILABLE");
  expect(await isReady(server)).toMatchObject({ status: 503, ok: false });
  expect(await server.execute(`{ models { totalCount } }`)).toEqual({ models: { totalCount: 1 } });
  renameSync(elsewhere, data);

  expect(await createModel(server, "lilies")).toEqual({ createModel: { name: "lilies" } });
  expect(await isReady(server)).toMatchObject({ status: 200, ok: true });
});

/** As many connections as the server takes, and more. */
async function allConnections(url: string, count: number): Promise<Disposable> {
  const sockets: Socket[] = [];
  for (let n = 0; n < count; n += 1) {
    const socket = connect(Number(new URL(url).port), "127.0.0.1").on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
  }
  return { [Symbol.dispose]: () => sockets.forEach((each) => each.destroy()) };
}

test.skipIf(process.platform === "win32")(
  "a server out of file descriptors refuses uploads in a sentence, lives, and recovers",
  async () => {
    await using folder = await openTempFolder();
    await using server = await start(join(folder.path, "data"), 600);
    await createModel(server, "tulips");
    const url = await announced(server, "one");
    {
      using all = await allConnections(server.url, 620);
      void all;
      // Over the connection that is open already.
      const refused = await put(url);

      expect(refused).toMatchObject({ status: 503, extensions: { code: "STORE_UNAVAILABLE" } });
      expect(refused.message).toContain("this process has too many files open (ulimit -n) (EMFILE)");
      expect(await isReady(server)).toMatchObject({ status: 503, ok: false });
    }
    await expect.poll(async () => (await put(url)).status).toBe(200);
    expect(await isReady(server)).toMatchObject({ status: 200, ok: true });
  },
);
