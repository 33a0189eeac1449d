import { access, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { openTempFolder } from "./support/temp-folder.js";
import { smallPackage, writeWheels } from "./support/python-projects.js";
import { openProcessBuilder, type ProcessBuilderFolder } from "./support/open-process-builder.js";

vi.setConfig({ testTimeout: 120_000 });

const COPIED = "FROM rocas/onboard\nCOPY . .\n";

describe("a build without an engine", () => {
  let opened: ProcessBuilderFolder;
  beforeAll(async () => {
    opened = await openProcessBuilder();
  });
  afterEach(() => vi.unstubAllEnvs());
  afterAll(() => opened[Symbol.asyncDispose]());

  test("installs requirements.txt, also without a RUN, from the project itself if it says so", async () => {
    const files = { Dockerfile: COPIED, "requirements.txt": "--no-index\n./tulip\n", ...smallPackage("tulip", "red") };

    const built = await opened.build(files);

    expect(built.log).toContain("requirements.txt is installed");
    expect(built.log).toContain("Successfully installed tulip-1.0");
    expect(built.python("import tulip; print(tulip.value)")).toBe("red");
  });

  test("installs what RUN pip says, and not twice what a RUN has named", async () => {
    const Dockerfile =
      "FROM rocas/onboard\nCOPY . .\n" +
      "RUN pip install --no-cache-dir --no-index -r requirements.txt && python3 -m pip install --no-index './lily'\n";
    const packages = { ...smallPackage("rose", "pink"), ...smallPackage("lily", "white") };

    const built = await opened.build({ Dockerfile, "requirements.txt": "./rose\n", ...packages });

    expect(built.log).not.toContain("requirements.txt is installed");
    expect(built.python("import rose, lily; print(rose.value, lily.value)")).toBe("pink white");
  });

  test("an unchanged project is the same image, whose tree nobody can write to", async () => {
    const files = { Dockerfile: COPIED, "notes/a.txt": "a" };

    const first = await opened.build(files);
    const second = await opened.build(files);

    expect(second.id).toBe(first.id);
    expect(second.log).toContain("The environment is there already.");
    expect(await readFile(join(first.image.tree, "notes/a.txt"), "utf8")).toBe("a");
    expect((await stat(join(first.image.tree, "notes/a.txt"))).mode & 0o222).toBe(0);
    expect((await stat(join(first.image.tree, "notes"))).mode & 0o222).toBe(0);
  });

  test("two projects with the same requirements share an environment, and are two images", async () => {
    const one = await opened.build({ Dockerfile: COPIED, "requirements.txt": "# none\n", "a.txt": "1" });
    const two = await opened.build({ Dockerfile: COPIED, "requirements.txt": "# none\n", "a.txt": "2" });

    expect(two.id).not.toBe(one.id);
    expect(two.image.environment).toBe(one.image.environment);
  });

  test("with noCache the environment is made anew", async () => {
    const files = { Dockerfile: COPIED, "a.txt": "again" };
    const first = await opened.build(files);

    const second = await opened.build(files, { noCache: true });

    expect(second.image.environment).not.toBe(first.image.environment);
  });

  test("installs the dependencies of pyproject.toml in the versions of its lock file", async () => {
    await using wheels = await openTempFolder();
    writeWheels(wheels.path, "tulip", ["1.0", "2.0"]);
    vi.stubEnv("PIP_NO_INDEX", "1");
    vi.stubEnv("PIP_FIND_LINKS", wheels.path);

    const built = await opened.build({
      Dockerfile: COPIED,
      "pyproject.toml": '[project]\nname = "iris"\nversion = "1"\ndependencies = ["tulip>=1"]\n',
      "uv.lock": '[[package]]\nname = "tulip"\nversion = "1.0"\n',
    });

    expect(built.log).toContain("The dependencies of pyproject.toml are installed, in the versions of uv.lock");
    expect(built.python("import tulip; print(tulip.value)")).toBe("1.0");
  });

  test("a package that is not there fails the build with what pip said, and leaves no environment", async () => {
    const before = await readdir(opened.environments);
    const files = { Dockerfile: COPIED, "requirements.txt": "--no-index\na-package-nobody-has\n" };

    await expect(opened.build(files)).rejects.toThrow(
      /^No matching distribution found for a-package-nobody-has.* \(pip install -r requirements.txt ended with 1\)\.$/,
    );
    expect(await readdir(opened.environments)).toEqual(before);
  });

  test("ENV, LABEL and the last WORKDIR count; what an image alone has does not", async () => {
    const Dockerfile =
      'FROM python:3.12-slim AS base\nARG WHO=ann\nWORKDIR /app\nENV SEED=7 GREETING="hello ${WHO}"\n' +
      'LABEL owner=$WHO\nCOPY --chown=1:1 src/ ./\nCMD ["x"]\n';

    const built = await opened.build({ Dockerfile, "src/a.txt": "a", "b.txt": "b" });

    expect(built.image).toMatchObject({ env: { SEED: "7", GREETING: "hello ann" }, labels: { owner: "ann" } });
    expect(await readdir(built.image.tree)).toEqual(["a.txt"]);
    expect(built.log).toMatch(/FROM python:3\.12-slim AS base \(this machine's Python 3\.\d+\.\d+, /);
    await expect(access(join(built.image.tree, "b.txt"))).rejects.toThrow("ENOENT");
  });
});
