import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { isPublicAddress } from "../src/source/git/git-host.js";
import { GitSource } from "../src/source/git/git-source.js";
import { LocalSource } from "../src/source/local/local-source.js";
import { SourceError, type SourceRequest } from "../src/source/source.js";
import { contentOf, silent } from "./contracts/source.contract.js";
import { gitIn, openGitServer } from "./support/git-server.js";
import { openTempFolder, writeTree } from "./support/temp-folder.js";

const DOCKERFILE = { Dockerfile: "FROM scratch\n" };

async function openRepository(files: Readonly<Record<string, string>>, user?: { username: string; password: string }) {
  const root = await openTempFolder();
  const folder = join(root.path, "served", "project");
  await mkdir(folder, { recursive: true });
  await writeTree(folder, files);
  gitIn(folder, "init", "-q");
  const server = await openGitServer(join(root.path, "served"), user);
  const scratch = join(root.path, "scratch");
  const commit = (message = "one") => {
    gitIn(folder, "add", "-A", "-f");
    gitIn(folder, "commit", "-q", "--allow-empty", "-m", message);
    return gitIn(folder, "rev-parse", "HEAD");
  };
  return {
    folder,
    scratch,
    server,
    first: commit(),
    commit,
    source: new GitSource({ allowedOrigins: [server.origin], scratchFolder: scratch }),
    request: (given: Partial<SourceRequest> = {}): SourceRequest => ({
      location: `${server.origin}/project/.git`,
      ref: null,
      credentials: null,
      ...given,
    }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await root[Symbol.asyncDispose]();
    },
  };
}

describe("what a reference names", () => {
  test("the default branch where none is named, and its full SHA is recorded", async () => {
    await using repository = await openRepository(DOCKERFILE);

    await using context = await repository.source.open(repository.request(), silent);

    expect(context).toMatchObject({ gitVersion: repository.first, gitDirty: false });
  });

  test("a branch, a tag, a commit and a shortened commit are each found", async () => {
    await using repository = await openRepository(DOCKERFILE);
    gitIn(repository.folder, "tag", "-a", "v1", "-m", "first");
    await writeTree(repository.folder, { "later.txt": "later" });
    const second = repository.commit("two");
    gitIn(repository.folder, "branch", "feature/x");

    for (const [ref, commit] of [
      ["feature/x", second],
      ["v1", repository.first],
      [repository.first, repository.first],
      [repository.first.slice(0, 10), repository.first],
    ]) {
      await using context = await repository.source.open(repository.request({ ref: ref! }), silent);
      expect([ref, context.gitVersion]).toEqual([ref, commit]);
    }
  });

  test("only the commit is fetched, without its history", async () => {
    await using repository = await openRepository(DOCKERFILE);
    repository.commit("two");

    await using context = await repository.source.open(repository.request({ ref: "main" }), silent);

    const [name] = await readdir(repository.scratch);
    expect(gitIn(join(repository.scratch, name!, "repository"), "rev-list", "--count", context.gitVersion!)).toBe("1");
  });

  test("nothing of it is left when the build is over, nor when it fails", async () => {
    await using repository = await openRepository(DOCKERFILE);

    await (await repository.source.open(repository.request(), silent))[Symbol.asyncDispose]();
    await expect(repository.source.open(repository.request({ ref: "absent" }), silent)).rejects.toThrow(SourceError);

    expect(await readdir(repository.scratch)).toEqual([]);
  });

  for (const ref of [
    "--upload-pack=touch PWN",
    "--orphan=z",
    "HEAD@{1}",
    "a..b",
    "-x",
    "a b",
    "a:b",
    "+main",
    "a\nb",
    "",
  ])
    test(`${JSON.stringify(ref)} is no reference`, async () => {
      await using repository = await openRepository(DOCKERFILE);

      const opening = repository.source.open(repository.request({ ref }), silent);

      await expect(opening).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
      expect(repository.server.requests).toEqual([]);
    });
});

describe("where repositories may be", () => {
  const source = new GitSource({ allowedOrigins: [], scratchFolder: "/nowhere" });
  const request = (location: string): SourceRequest => ({ location, ref: null, credentials: null });

  for (const location of [
    "--upload-pack=touch PWN",
    "-utouch PWN",
    "-c core.sshCommand=touch",
    "--config=protocol.ext.allow=always",
    "ext::sh -c touch% PWN",
    "file:///etc",
    "../other.git",
    "fd::17",
    "host:path",
    "https://user:secret@example.org/x.git",
    "https://example.org/x.git\n--upload-pack=x",
    "https://example.org/ x.git",
  ])
    test(`${JSON.stringify(location)} is no address of a repository`, async () => {
      await expect(source.open(request(location), silent)).rejects.toMatchObject({ code: "BAD_USER_INPUT" });
    });

  for (const location of [
    "https://127.0.0.1:9/r.git",
    "https://localhost:9/r.git",
    "https://[::1]:9/r.git",
    "https://[::ffff:127.0.0.1]:9/r.git",
    "https://2130706433:9/r.git",
    "https://0x7f.1:9/r.git",
    "https://169.254.169.254/latest",
    "https://10.0.0.1/r.git",
    "https://[fd00::1]/r.git",
    "https://no-such-host.invalid/r.git",
    "http://example.org/r.git",
    "ssh://example.org/r.git",
    "ssh://-oProxyCommand=touch/r.git",
  ])
    test(`${location} is not reached unless the operator lists it`, async () => {
      await expect(source.open(request(location), silent)).rejects.toThrow(/ROCAS_GIT_HOSTS|is not known/);
    });

  test("another port of a listed host is not listed", async () => {
    await using repository = await openRepository(DOCKERFILE);
    const listed = new GitSource({ allowedOrigins: ["http://127.0.0.1:9"], scratchFolder: repository.scratch });

    await expect(listed.open(repository.request(), silent)).rejects.toThrow("ROCAS_GIT_HOSTS");
    expect(repository.server.requests).toEqual([]);
  });

  test("a redirect is not followed", async () => {
    await using repository = await openRepository(DOCKERFILE);
    const redirecting = createServer(({ url }, response) =>
      response.writeHead(302, { location: `${repository.server.origin}${url}` }).end(),
    );
    await new Promise<void>((resolve) => redirecting.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}`;
    const listed = new GitSource({ allowedOrigins: [origin], scratchFolder: repository.scratch });

    await expect(listed.open(repository.request({ location: `${origin}/project/.git` }), silent)).rejects.toThrow(
      SourceError,
    );

    expect(repository.server.requests).toEqual([]);
    redirecting.close();
  });

  for (const address of ["8.8.8.8", "193.0.6.139", "2a00:1450:4001::1"])
    test(`${address} is public`, () => expect(isPublicAddress(address)).toBe(true));

  for (const address of [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "172.31.0.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "fc00::1",
    "fe80::1",
    "ff02::1",
    "2002:7f00:1::",
    "2001:db8::1",
  ])
    test(`${address} is not public`, () => expect(isPublicAddress(address)).toBe(false));
});

describe("hostile repositories", () => {
  test("links that stay inside are kept as links", async () => {
    await using repository = await openRepository({
      ...DOCKERFILE,
      "a/b.txt": "b",
      "a/link": "-> b.txt",
      up: "-> a/b.txt",
    });

    await using context = await repository.source.open(repository.request(), silent);

    expect(await contentOf(context.stream())).toMatchObject({ "a/link": "-> b.txt", up: "-> a/b.txt" });
  });

  for (const [what, files] of [
    ["a Dockerfile that is a link out", { Dockerfile: "-> /etc/passwd" }],
    ["a link to an absolute path", { ...DOCKERFILE, x: "-> /etc/passwd" }],
    ["a link upwards", { ...DOCKERFILE, "a/x": "-> ../../y" }],
    [
      "links that lead out only together",
      { ...DOCKERFILE, "p/q/r/l": "-> ../../../s", "s/f": "", y: "-> p/q/r/l/../../.." },
    ],
    ["links in a circle", { ...DOCKERFILE, a: "-> b", b: "-> a" }],
    ["names that differ in case alone", { ...DOCKERFILE, "Read.md": "", "read.md": "" }],
    ["another frontend", { Dockerfile: "# escape=\\\n# SYNTAX = docker/dockerfile:1\nFROM scratch\n" }],
  ] as const)
    test(`${what} is refused`, async () => {
      await using repository = await openRepository(files);

      await expect(repository.source.open(repository.request(), silent)).rejects.toThrow(SourceError);
    });

  test("submodules by another transport are refused by name and not reached, and left out where .dockerignore says so", async () => {
    await using repository = await openRepository({
      ...DOCKERFILE,
      ".gitmodules": '[submodule "x"]\n\tpath = sub\n\turl = ext::sh -c touch% PWN\n',
    });
    gitIn(repository.folder, "update-index", "--add", "--cacheinfo", `160000,${repository.first},sub`);
    gitIn(repository.folder, "commit", "-q", "-m", "submodule");

    const opening = repository.source.open(repository.request(), silent);
    await expect(opening).rejects.toThrow('The submodule "sub" could not be fetched');

    await writeTree(repository.folder, { ".dockerignore": "sub\n" });
    gitIn(repository.folder, "add", ".dockerignore");
    gitIn(repository.folder, "commit", "-q", "-m", "ignored");
    await using context = await repository.source.open(repository.request(), silent);
    expect(Object.keys(await contentOf(context.stream()))).not.toContain("sub/");
  });

  test("files of Git LFS that nobody has are refused by name, filters and hooks do not run", async () => {
    const oid = "0".repeat(64);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 5\n`;
    await using repository = await openRepository({
      ...DOCKERFILE,
      ".gitattributes": "*.bin filter=lfs\n*.x filter=x\n",
      "data/large.bin": pointer,
      "small.bin": "no pointer",
      "a.x": "as it is",
    });

    const opening = repository.source.open(repository.request(), silent);

    await expect(opening).rejects.toThrow(/Git LFS.*"data\/large.bin"/);
  });

  test("line ends, encodings and $Id$ are those of a checkout", async () => {
    await using repository = await openRepository({
      ...DOCKERFILE,
      ".gitattributes":
        "*.bat eol=crlf\n*.u16 text working-tree-encoding=UTF-16LE\n*.py ident\nsub/*.txt export-ignore\n",
      "a.bat": "one\r\ntwo\r\n",
      "b.u16": Buffer.from("hä\n", "utf16le").toString("latin1").replace("\u00e4", "a"),
      "c.py": "# $Id$\n",
      "sub/d.txt": "kept",
    });
    gitIn(repository.folder, "rm", "-q", "-r", "-f", "--cached", ".");
    gitIn(repository.folder, "add", "-A");
    const checked = join(repository.scratch, "..", "checked");
    gitIn(repository.folder, "clone", "-q", repository.folder, checked);

    await using context = await repository.source.open(repository.request(), silent);

    const local = new LocalSource([checked]);
    await using folder = await local.open({ location: ".", ref: null, credentials: null }, silent);
    expect((await buffer(context.stream())).equals(await buffer(folder.stream()))).toBe(true);
    const content = await contentOf(context.stream());
    expect(content["a.bat"]).toBe("one\r\ntwo\r\n");
    expect(content["c.py"]).toMatch(/^# \$Id: [0-9a-f]{40} \$\n$/);
  });

  test("a folder of git's own name in odd case is refused", async () => {
    await using repository = await openRepository(DOCKERFILE);
    const blob = gitIn(repository.folder, "hash-object", "-w", "Dockerfile");
    const inner = treeOf(repository.folder, `100644 blob ${blob}\tconfig\n`);
    const tree = treeOf(repository.folder, `100644 blob ${blob}\tDockerfile\n040000 tree ${inner}\t.GiT\n`);
    gitIn(
      repository.folder,
      "update-ref",
      "refs/heads/odd",
      gitIn(repository.folder, "commit-tree", tree, "-m", "odd"),
    );

    await expect(repository.source.open(repository.request({ ref: "odd" }), silent)).rejects.toThrow("no honest");
  });

  test("more than a hundred thousand files are refused", { timeout: 60_000 }, async () => {
    await using repository = await openRepository(DOCKERFILE);
    const blob = gitIn(repository.folder, "hash-object", "-w", "Dockerfile");
    const leaves = treeOf(
      repository.folder,
      lines(1_001, (number) => `100644 blob ${blob}\tf${number}`),
    );
    const tree = treeOf(
      repository.folder,
      lines(101, (number) => `040000 tree ${leaves}\td${number}`),
    );
    gitIn(
      repository.folder,
      "update-ref",
      "refs/heads/many",
      gitIn(repository.folder, "commit-tree", tree, "-m", "many"),
    );

    await expect(repository.source.open(repository.request({ ref: "many" }), silent)).rejects.toThrow("100000");
  });

  test("rules that would hold a regular expression for years hold nothing", async () => {
    const name = "a".repeat(200);
    await using repository = await openRepository({
      ...DOCKERFILE,
      ".dockerignore": "(a+)+$\n*a*a*a*a*a*a*a*a*a*b\n**/**/**/**/**/**/**/**/x\nignored\n",
      [name]: "kept",
      "ignored/x": "",
    });

    await using context = await repository.source.open(repository.request(), silent);

    const content = await contentOf(context.stream());
    expect(content[name]).toBe("kept");
    expect(Object.keys(content)).not.toContain("ignored/x");
  });
});

describe("repositories with a password", () => {
  const newUser = () => ({ username: "reader", password: `canary ${randomBytes(8).toString("hex")}'"$(id)` });

  test("the right credentials open it, and stand in no argument, environment, file or log", async () => {
    const user = newUser();
    await using repository = await openRepository({ ...DOCKERFILE, secret: "inside" }, user);
    let log = "";
    const watching = await watchProcesses();

    await using context = await repository.source.open(
      repository.request({ credentials: user }),
      (text) => (log += text),
    );

    const seen = await watching();
    expect(await contentOf(context.stream())).toMatchObject({ secret: "inside" });
    expect(seen).toContain("fetch");
    const secret = user.password.split(" ")[1]!.slice(0, 16);
    expect(seen + log + (await allFiles(repository.scratch))).not.toContain(secret);
  });

  test("none, or wrong ones, are an error without the password", async () => {
    const user = newUser();
    await using repository = await openRepository(DOCKERFILE, user);
    const wrong = { ...user, password: "canary-wrong" };

    const nobody = repository.source.open(repository.request(), silent);
    await expect(nobody).rejects.toThrow(SourceError);
    const stranger = await repository.source
      .open(repository.request({ credentials: wrong }), silent)
      .catch((error: Error) => error);

    expect(stranger).toBeInstanceOf(SourceError);
    expect(JSON.stringify(stranger, Object.getOwnPropertyNames(stranger))).not.toContain("canary-wrong");
    expect(await readdir(repository.scratch)).toEqual([]);
  });
});

const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => `${line(number)}\n`).join("");

function treeOf(folder: string, listing: string): string {
  return gitIn(folder, "mktree", { input: listing });
}

/** Command lines and environments of all processes, until it is asked for them. */
/** Resolves once it sees something: on a busy machine the first look may come late. */
async function watchProcesses(): Promise<() => Promise<string>> {
  const watcher = spawn("sh", ["-c", "while :; do ps auxeww; sleep 0.02; done"], {
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const pieces: Buffer[] = [];
  const looked = new Promise((resolve) => watcher.stdout.once("data", resolve));
  watcher.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  await looked;
  return async () => {
    process.kill(-watcher.pid!, "SIGKILL");
    await new Promise((resolve) => watcher.once("close", resolve));
    return Buffer.concat(pieces).toString("utf8");
  };
}

async function allFiles(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return (await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "latin1")))).join("\n");
}
