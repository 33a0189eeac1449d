import { execFile } from "node:child_process";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { SETTINGS } from "../src/settings/table.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder } from "./support/temp-folder.js";

const START = "src/start.mjs";
const SERVER = "dist/main.js";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
async function ended(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [program, ...args], { env })) };
  } catch (error) {
    return error as Ended;
  }
}

async function takenPort(host: string) {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { PORT: String(port), [Symbol.asyncDispose]: async () => void (await once(server.close(), "close")) };
}

test.each(["--help", "-h"])("%s prints every setting, and starts nothing", async (argument) => {
  await using folder = await openTempFolder();

  const { code, stdout } = await ended(SERVER, [argument], { ROCAS_DATA: join(folder.path, "data"), PORT: "many" });

  expect(code).toBe(0);
  expect(stdout.match(/^ {2}[A-Z0-9_]+\b/gm)?.map((each) => each.trim())).toEqual(Object.keys(SETTINGS));
  expect(await readdir(folder.path)).toEqual([]);
});

test.each([
  [["--prot", "4001"], '"--prot", "4001"'],
  [["--help=settings"], '"--help=settings"'],
  [[""], '""'],
])("the arguments %j are refused by name", async (args, named) => {
  const { code, stderr } = await ended(SERVER, args);

  expect(code).toBe(1);
  expect(stderr).toMatch(/^Rocas takes no argument but --help: .*\n$/);
  expect(stderr).toContain(named);
});

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["localhost", "localhost"],
])("a port of %s that is taken is reported before the compilation, as the server reports it", async (HOST, other) => {
  await using folder = await openTempFolder();
  await using taken = await takenPort(other);
  const env = { HOST, PORT: taken.PORT, ROCAS_TOKEN: "a-token", ROCAS_DATA: folder.path, LOG_LEVEL: "silent" };

  // Without a PATH there is no npm to compile with.
  const early = await ended(START, [], { ...env, PATH: "" });

  expect(early).toMatchObject({
    code: 1,
    stderr: `Port ${taken.PORT} of ${HOST} is taken: set PORT to another, or end what listens there.\n`,
  });
  expect(await ended(SERVER, [], env)).toMatchObject({ code: 1, stderr: early.stderr });
});

test.each([
  ["192.0.2.1", "is no address of this machine"],
  ["no-such-host.invalid", "is not known"],
])("%s is reported before the compilation, as the server reports it", async (HOST, why) => {
  await using folder = await openTempFolder();
  const env = { HOST, PORT: "4239", ROCAS_TOKEN: "a-token", ROCAS_DATA: folder.path, LOG_LEVEL: "silent" };

  const early = await ended(START, [], { ...env, PATH: "" });

  expect(early).toMatchObject({ code: 1, stderr: expect.stringContaining(`${HOST} ${why}`) });
  expect(await ended(SERVER, [], env)).toMatchObject({ code: 1, stderr: early.stderr });
});

test("a data folder that is a file is reported in a sentence", async () => {
  await using folder = await openTempFolder();
  const path = join(folder.path, "data");
  await writeFile(path, "");

  const { code, stderr } = await ended(SERVER, [], { ROCAS_DATA: path, MONGODB_URI: "" });

  expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 1, lines: 2 });
  expect(stderr).toContain(`ROCAS_DATA: ${path} is no folder`);
});

test.each([
  ["below a file", "file/data", "ENOTDIR"],
  ["that is a file", "file", "EEXIST"],
  ["that is a link to nowhere", "nowhere", "ENOENT"],
  ["that is a link to itself", "circle", "ELOOP"],
  ["with too long a name", "x".repeat(300), "ENAMETOOLONG"],
])("a data folder %s is refused at once in a sentence", async (_, path, code) => {
  await using folder = await openTempFolder();
  await writeFile(join(folder.path, "file"), "");
  await symlink(join(folder.path, "gone"), join(folder.path, "nowhere"));
  await symlink(join(folder.path, "circle"), join(folder.path, "circle"));
  const ROCAS_DATA = join(folder.path, path);

  const { code: exit, stderr } = await ended(SERVER, [], { ROCAS_DATA, MONGODB_URI: "" });

  expect(exit).toBe(1);
  expect(stderr).toMatch(/^ROCAS_DATA: .* is no folder that this user may make, read and write: .*\n$/);
  expect(stderr).toContain(`(${code})`);
});

test.skipIf(process.platform !== "linux").each(["/proc/nowhere", "/proc", "/proc/self/fd", "/sys", "/sys/nowhere"])(
  "a data folder that takes nothing, as %s, is refused at once in a sentence",
  async (ROCAS_DATA) => {
    const { code, stderr } = await ended(SERVER, [], { ROCAS_DATA, MONGODB_URI: "" });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^ROCAS_DATA: \/(proc|sys)\S* is no folder that this user may .* \(E[A-Z]+\)\. .*\n$/);
  },
);

test("a data folder that is a link to a folder is one", async () => {
  await using folder = await openTempFolder();
  await mkdir(join(folder.path, "real"));
  await symlink("real", join(folder.path, "link"));

  await using server = await startServerProcess({ ROCAS_DATA: join(folder.path, "link"), MONGODB_URI: "" });

  expect(await server.execute(`{ models { totalCount } }`)).toEqual({ models: { totalCount: 0 } });
  expect(await readdir(join(folder.path, "real"))).toContain("files");
});

test.skipIf(process.platform !== "linux")(
  "too few files that may be open are reported before anything is loaded",
  async () => {
    const run = promisify(execFile)("sh", ["-c", `ulimit -n 200; exec "$0" ${SERVER}`, process.execPath]);

    await expect(run).rejects.toMatchObject({
      code: 1,
      stderr:
        "This process may have 200 files open, and needs 512 at least: raise the limit (ulimit -n) to 1024 or more.\n",
    });
  },
);
