import { chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findPython } from "../src/runtime/process/find-python.js";
import { systemPackages } from "../src/runtime/process/system-packages.js";
import { PYTHON } from "./support/open-processes.js";
import { startServerProcess } from "./support/server-process.js";
import { openTempFolder, type TempFolder } from "./support/temp-folder.js";

const { python, newerPython, venv, compiler } = systemPackages();
const BUILD = `mutation { createProject(input: { name: "iris", gitRepo: "https://git.example.org/iris.git" }) { id }
  buildProject(input: { proj: "iris", from: GIT }) { id } }`;

/** A server on a machine whose programs are those of the folder. */
const startWith = (programs: TempFolder, data: TempFolder) =>
  startServerProcess({
    PATH: programs.path,
    CC: "",
    MONGODB_URI: "",
    ROCAS_DATA: join(data.path, "data"),
    DOCKER_HOST: `unix://${data.path}/none.sock`,
    ROCAS_TOKEN: "none",
  });

/** A Python as it answers to whoever asks what it is. */
async function pythonThatIs(folder: TempFolder, answer: object): Promise<string> {
  const path = join(folder.path, "python3");
  await writeFile(path, `#!/bin/sh\necho '${JSON.stringify({ executable: path, identity: "x", ...answer })}'\n`);
  await chmod(path, 0o755);
  return path;
}

test("without Python the server starts, and says with the command that brings it why builds are refused", async () => {
  await using none = await openTempFolder();
  await using data = await openTempFolder();
  await using server = await startWith(none, data);
  const sentence = `There is no Python on the PATH, 3.9 or newer is needed: ${python}`;

  expect(server.stdout).toContain(sentence);
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ query: BUILD });
  const answer = await (await fetch(`${server.url}/graphql`, { method: "POST", headers, body })).json();
  expect(answer).toMatchObject({ errors: [{ message: sentence, extensions: { code: "RUNTIME_UNAVAILABLE" } }] });
});

test("a machine without a compiler is told what brings one, and runs projects all the same", async () => {
  await using programs = await openTempFolder();
  await symlink(PYTHON, join(programs.path, "python3"));
  await using data = await openTempFolder();
  await using server = await startWith(programs, data);

  expect(server.stdout).toMatch(/Engine +local processes, Python 3/);
  expect(server.stdout).toContain(`No C compiler is on the PATH`);
  expect(server.stdout).toContain(compiler);
});

test.each([
  [
    { version: "3.7.3", recent: false, complete: true },
    `Python 3.7.3 is too old, 3.9 or newer is needed: ${newerPython}`,
  ],
  [
    { version: "3.12.3", recent: true, complete: false },
    `Python 3.12.3 is there without what makes environments, its modules venv and ensurepip: ${venv("3.12")}`,
  ],
])("a Python that is %j is reported with what brings a better one", async (answer, sentence) => {
  await using folder = await openTempFolder();
  const path = await pythonThatIs(folder, answer);

  await expect(findPython([path])).rejects.toMatchObject({ code: "RUNTIME_UNAVAILABLE", message: sentence });
});

test.each([
  ["linux", "ID=debian\n", "sudo apt install python3 python3-venv"],
  ["linux", 'NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', "sudo apt install python3 python3-venv"],
  ["linux", "ID=fedora\n", "sudo dnf install python3"],
  ["linux", 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', "sudo dnf install python3"],
  ["linux", "ID=alpine\n", "apk add python3"],
  ["linux", 'ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper install python3"],
  ["linux", "ID=arch\n", "sudo pacman -S python"],
  ["linux", "", "install it with the packages of this system, or from python.org"],
  ["darwin", "", "brew install python"],
] as const)("on %s with os-release %j Python comes by %s", (platform, osRelease, command) => {
  expect(systemPackages(platform, osRelease).python).toBe(command);
});
