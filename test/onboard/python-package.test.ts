import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";

// The package is written for the base image's interpreter; an older one cannot read it.
const PROBE = "import sys; sys.exit(sys.version_info < (3, 11))";
const found = spawnSync("python3", ["-c", PROBE]).status === 0;

describe.skipIf(!found)(found ? "with Python" : "with Python (skipped: there is no python3 of 3.11 or newer)", () => {
  test("the package of the base image does what its own tests say", () => {
    const env = { ...process.env, PYTHONPATH: "src/onboard/image", PYTHONDONTWRITEBYTECODE: "1" };
    const run = () =>
      execFileSync("python3", ["-m", "unittest", "discover", "-s", "test/onboard/python"], { env, stdio: "pipe" });

    expect(run).not.toThrow();
  }, 120_000);
});
