import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GitSource } from "../src/source/git/git-source.js";
import { contentOf, silent } from "./contracts/source.contract.js";
import { gitIn, openGitServer } from "./support/git-server.js";
import { openTempFolder, writeTree } from "./support/temp-folder.js";

const USER = { username: "reader", password: "canary-of-parts" };
const DOCKERFILE = { Dockerfile: "FROM scratch\n" };

const oidOf = (content: string) => createHash("sha256").update(content).digest("hex");
const pointerOf = (content: string) =>
  `version https://git-lfs.github.com/spec/v1\noid sha256:${oidOf(content)}\nsize ${content.length}\n`;

async function openRepositories() {
  const root = await openTempFolder();
  const served = join(root.path, "served");
  await mkdir(served);
  const server = await openGitServer(served, USER);
  const source = new GitSource({ allowedOrigins: [server.origin], scratchFolder: join(root.path, "scratch") });
  return {
    server,
    async repository(name: string, files: Readonly<Record<string, string>>, ...links: [string, string][]) {
      const folder = join(served, name);
      await mkdir(folder, { recursive: true });
      await writeTree(folder, files);
      gitIn(folder, "init", "-q");
      gitIn(folder, "add", "-A");
      for (const [path, commit] of links)
        gitIn(folder, "update-index", "--add", "--cacheinfo", `160000,${commit},${path}`);
      gitIn(folder, "commit", "-q", "-m", "one");
      return gitIn(folder, "rev-parse", "HEAD");
    },
    open: (name: string) =>
      source.open({ location: `${server.origin}/${name}/.git`, ref: null, credentials: USER }, silent),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

const gitmodules = (path: string, url: string) => ({
  ".gitmodules": `[submodule "x"]\n\tpath = ${path}\n\turl = ${url}\n`,
});

test("files of Git LFS are fetched, with the credentials of the host", async () => {
  await using opened = await openRepositories();
  opened.server.large.set(oidOf("weights"), "weights");
  const files = {
    ".gitattributes": "*.bin filter=lfs -text\n",
    "a/w.bin": pointerOf("weights"),
    "p.txt": pointerOf(""),
  };
  await opened.repository("one", { ...DOCKERFILE, ...files });

  await using context = await opened.open("one");

  expect(await contentOf(context.stream())).toMatchObject({ "a/w.bin": "weights", "p.txt": pointerOf("") });
});

test("other content than the pointer says is refused by the file's name", async () => {
  await using opened = await openRepositories();
  opened.server.large.set(oidOf("weights"), "w3ights");
  await opened.repository("one", {
    ...DOCKERFILE,
    ".gitattributes": "*.bin filter=lfs\n",
    "w.bin": pointerOf("weights"),
  });

  await expect(opened.open("one")).rejects.toThrow(/"w.bin".*other content/);
});

test("an LFS server that the repository names gets no credentials, and is reached only where hosts may be", async () => {
  await using opened = await openRepositories();
  await using other = await openGitServer("/nowhere");
  const files = { ".gitattributes": "*.bin filter=lfs\n", "w.bin": pointerOf("weights") };
  await opened.repository("one", {
    ...DOCKERFILE,
    ...files,
    ".lfsconfig": `[lfs]\n\turl = ${other.origin}/info/lfs\n`,
  });

  await expect(opened.open("one")).rejects.toThrow("ROCAS_GIT_HOSTS");
  expect(other.requests).toEqual([]);
});

test("submodules are fetched into their places, also those in submodules and by relative addresses", async () => {
  await using opened = await openRepositories();
  opened.server.large.set(oidOf("deep"), "deep");
  const inner = await opened.repository("inner", {
    ".gitattributes": "*.bin filter=lfs\n",
    "d.bin": pointerOf("deep"),
  });
  const middle = await opened.repository(
    "middle",
    { "m.bat": "m\n", ".gitattributes": "*.bat eol=crlf\n", ...gitmodules("in", "../../inner/.git") },
    ["in", inner],
  );
  const url = `${opened.server.origin}/middle/.git`;
  await opened.repository("outer", { ...DOCKERFILE, ...gitmodules("parts/mid", url) }, ["parts/mid", middle]);

  await using context = await opened.open("outer");

  const content = await contentOf(context.stream());
  expect(content).toMatchObject({ "parts/mid/": "/", "parts/mid/m.bat": "m\r\n", "parts/mid/in/d.bin": "deep" });
});

for (const [what, url, said] of [
  ["another transport", "ext::sh -c touch% PWN", "could not be fetched"],
  ["a folder of this machine", "file:///etc", "could not be fetched"],
  ["a host that is not allowed", "http://127.0.0.1:9/x.git", "ROCAS_GIT_HOSTS"],
  ["a commit that is not there", "../../absent/.git", "could not be fetched"],
])
  test(`a submodule by ${what} is refused by name`, async () => {
    await using opened = await openRepositories();
    await opened.repository("one", { ...DOCKERFILE, ...gitmodules("sub", url!) }, ["sub", "1".repeat(40)]);

    await expect(opened.open("one")).rejects.toThrow(/The submodule "sub" could not be fetched/);
    await expect(opened.open("one")).rejects.toThrow(said!);
  });
