import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../src/open-store.js";
import { lockProcessFolder } from "../src/runtime/process/process-folder.js";
import { openPresence } from "../src/store/presence.js";
import { openTestDatabase } from "./support/open-test-database.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";

const CLAIMING = `
  import { lockProcessFolder } from "./dist/runtime/process/process-folder.js";
  await lockProcessFolder(process.argv[1]);
  console.log("claimed");
  setInterval(() => {}, 1000);
`;

/** Another server that has the folder. */
async function claimingProcess(folder: string) {
  const server = spawn(process.execPath, ["--input-type=module", "-e", CLAIMING, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout, "data");
  return {
    pid: server.pid!,
    async kill() {
      server.kill("SIGKILL");
      await once(server, "close");
    },
  };
}

test("a folder of local processes has one server, and none once that is killed", async () => {
  await using folder = await openTempFolder();
  const first = await claimingProcess(folder.path);

  await expect(lockProcessFolder(folder.path)).rejects.toThrow(`Another server, process ${first.pid}, builds and runs`);
  await first.kill();

  await using own = await lockProcessFolder(folder.path);
  expect(own).toBeDefined();
});

test("a copy of the folder, as from a backup, has nobody's server", async () => {
  await using folder = await openTempFolder();
  await using _first = await lockProcessFolder(folder.path);
  await using copies = await openTempFolder();
  const copy = join(copies.path, "process");
  await cp(folder.path, copy, { recursive: true, verbatimSymlinks: true });

  await using own = await lockProcessFolder(copy);

  expect(own).toBeDefined();
});

test.each([
  ["/a/process on one", "/a/process on two"],
  ["/a/process on one", null],
  [null, "/b/process on one"],
])("beside a server whose home is %s one of %s is not let in, and is told why", async (there, home) => {
  await using database = await openTestDatabase();
  const store = await openStore(database.connection, async () => new Date());
  const first = await openPresence(store, { home: there });

  await expect(openPresence(store, { home })).rejects.toThrow(/neither would see what the other one runs/);
  await first.leave(async () => {});

  await (await openPresence(store, { home })).leave(async () => {});
});

test("a server at the same place is let in: the one before it may have been killed", async () => {
  await using database = await openTestDatabase();
  const store = await openStore(database.connection, async () => new Date());
  await openPresence(store, { home: "/a/process on one", heartbeatMs: 3_600_000 });

  const next = await openPresence(store, { home: "/a/process on one" });

  await next.leave(async () => {});
});

test.runIf(process.env["MONGODB_URI"])(
  "a second server in the folder ends at its start, whatever it runs projects with",
  async () => {
    await using folder = await openTempFolder();
    await using database = await openTestDatabase();
    const uri = new URL(process.env["MONGODB_URI"]!);
    uri.pathname = `/${database.connection.name}`;
    const shared = { MONGODB_URI: uri.href, ROCAS_DATA: join(folder.path, "data"), ROCAS_TOKEN: "none" };
    await using _first = await startServerProcess({ ...shared, ROCAS_RUNTIME: "process" });
    const started = (ROCAS_RUNTIME: string) => startServerProcess({ ...shared, ROCAS_RUNTIME });

    await expect(started("process")).rejects.toThrow(/Another server, process \d+,/);
    await expect(started("docker")).rejects.toThrow(/Another server, process \d+,/);
  },
  120_000,
);
