import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ProcessImageBuilder } from "../src/runtime/process/process-image-builder.js";
import { readImage } from "../src/runtime/process/process-images.js";
import { tarOf } from "./docker/support/tar-of.js";
import { openTempFolder } from "./support/temp-folder.js";

const INDEX = packageIndex();

/** What keeps packages from being had, or null. */
function packageIndex(): string | null {
  try {
    const words = [
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--quiet",
      "--dest",
      join(tmpdir(), "rocas-test-index"),
      "comm",
    ];
    execFileSync("python3", words, { stdio: "pipe", timeout: 60_000 });
    return null;
  } catch (error) {
    return String(error).split("\n")[0]!;
  }
}

test.skipIf(INDEX !== null)(
  `an environment has what runs notebooks${INDEX ? ` (skipped: ${INDEX})` : ""}`,
  async () => {
    await using folder = await openTempFolder();
    // Kept from run to run, as for a user.
    const environments = join(tmpdir(), `rocas-test-environments-${userInfo().uid}`);
    await mkdir(environments, { recursive: true, mode: 0o700 });
    const builder = new ProcessImageBuilder({ root: folder.path, environments });
    const context = tarOf({ Dockerfile: "FROM rocas/onboard\nCOPY . .\n", "a.txt": "a" });

    const id = await builder.build(context, { tag: "rocas-test/on-board:1", noCache: false }, () => {});

    const { python } = (await readImage(join(folder.path, "images"), id))!;
    const program = "import ipykernel, nbclient, nbformat, rocas, rocas.entrypoint; print(rocas.__file__)";
    expect(execFileSync(python, ["-I", "-c", program], { encoding: "utf8" })).toContain(environments);
  },
  300_000,
);
