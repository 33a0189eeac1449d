import { randomBytes } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { publicErrorOf } from "../src/http/format-error.js";
import { ProcessImageBuilder } from "../src/runtime/process/process-image-builder.js";
import { containerOf } from "./contracts/runtime.contract.js";
import { tarOf } from "./docker/support/tar-of.js";
import { openProcesses } from "./support/open-processes.js";
import { CAN_MOUNT, openSmallDisk } from "./support/small-disk.js";

vi.setConfig({ testTimeout: 120_000 });

const MIB = 1024 * 1024;
const FILES = { Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "a.txt": randomBytes(4 * MIB).toString("base64") };
const NO_ROOM = {
  code: "LIMIT_EXCEEDED",
  message: expect.stringContaining("The disk of the server is full") as string,
};

function openBuilder(root: string) {
  const builder = new ProcessImageBuilder({ root, basePackages: { requirements: [], folder: null } });
  const build = () => builder.build(tarOf(FILES), { tag: "small:latest", noCache: false }, () => {});
  return { builder, build, refusal: () => build().then(String, publicErrorOf) };
}

const left = async (root: string): Promise<string[]> => {
  const folders = ["images", "environments", "building", "tags"].map((name) => join(root, name));
  return (await Promise.all(folders.map((folder) => readdir(folder).catch(() => [])))).flat();
};

const name = CAN_MOUNT ? "a full disk" : "a full disk (skipped: no file system can be mounted here)";

describe.skipIf(!CAN_MOUNT)(name, () => {
  test.each([
    ["the project does not fit", 2],
    ["the environment does not fit", 14],
  ])("fails a build in a sentence if %s, and leaves nothing of it", async (_, mib) => {
    using disk = openSmallDisk(100);
    const { build, refusal } = openBuilder(disk.path);
    disk.fill(mib * MIB);

    expect(await refusal()).toMatchObject(NO_ROOM);

    await expect.poll(() => left(disk.path)).toEqual([]);
    disk.makeRoom();
    expect(await build()).toMatch(/^sha256:/);
  });

  test("does not end a run that can go on, and how that ended is known once there is room", async () => {
    using disk = openSmallDisk(40);
    await using processes = await openProcesses(disk.path);
    const container = containerOf(await processes.image("echo begun; sleep 2; yes | head -c 100000; exit 3"));
    await processes.runtime.run(container);
    await expect.poll(() => processes.runtime.lastOutput(container.name)).toContain("begun");

    disk.fill();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    disk.makeRoom();

    const seen = () => processes.runtime.observe(container.job);
    await expect.poll(seen).toMatchObject([{ exit: { code: 3, outOfMemory: false } }]);
  });
});
