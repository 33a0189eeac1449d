import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { LocalSource } from "../src/source/local/local-source.js";
import { SourceError } from "../src/source/source.js";
import { contentOf, silent } from "./contracts/source.contract.js";
import { gitIn } from "./support/git-server.js";
import { openTempFolder, writeTree } from "./support/temp-folder.js";

const oidOf = (content: string) => createHash("sha256").update(content).digest("hex");
const DOCKERFILE = { Dockerfile: "FROM scratch\n" };

async function openProject(files: Readonly<Record<string, string>>) {
  const base = await openTempFolder();
  const root = join(base.path, "root");
  const folder = join(root, "project");
  await mkdir(folder, { recursive: true });
  await writeTree(folder, files);
  const source = new LocalSource([root]);
  const request = (location: string) => ({ location, ref: null, credentials: null });
  return {
    base: base.path,
    root,
    folder,
    open: (location = "project") => source.open(request(location), silent),
    content: async () => {
      await using context = await source.open(request("project"), silent);
      return contentOf(context.stream());
    },
    [Symbol.asyncDispose]: () => base[Symbol.asyncDispose](),
  };
}

describe("where a project may be", () => {
  test("inside a root, named from it or in full", async () => {
    await using project = await openProject(DOCKERFILE);

    for (const location of ["project", "./project/", project.folder, "project/../project"]) {
      await using context = await project.open(location);
      expect(await contentOf(context.stream())).toMatchObject(DOCKERFILE);
    }
  });

  test("a root that is a link is followed, and a root that is not there is none", async () => {
    await using project = await openProject(DOCKERFILE);
    await symlink(project.root, join(project.base, "link"));
    const source = new LocalSource([join(project.base, "absent"), join(project.base, "link")]);

    await using context = await source.open({ location: "project", ref: null, credentials: null }, silent);

    expect(await contentOf(context.stream())).toMatchObject(DOCKERFILE);
  });

  for (const location of [
    "/etc",
    "/",
    "/proc/self",
    "..",
    "../root2",
    "..\\..",
    "%2e%2e/",
    "project\0",
    "",
    "project/Dockerfile",
    "out",
    "x".repeat(5000),
  ])
    test(`${JSON.stringify(location.slice(0, 20))} is outside, and the error says where projects may be`, async () => {
      await using project = await openProject(DOCKERFILE);
      await writeTree(join(project.base, "root2"), DOCKERFILE);
      await symlink(join(project.base, "root2"), join(project.root, "out"));

      await expect(project.open(location)).rejects.toThrow(SourceError);
    });

  test("the sentence names the setting", async () => {
    await using project = await openProject(DOCKERFILE);

    await expect(project.open("/etc")).rejects.toThrow("ROCAS_PROJECT_ROOTS");
  });
});

describe("what is in a context", () => {
  test("what .dockerignore leaves, Dockerfile and its rules always, git's folder never", async () => {
    await using project = await openProject({
      ...DOCKERFILE,
      ".dockerignore": "*\n!src\nsrc/**/*.log\n!src/deep/keep.log\n",
      ".git/config": "secret",
      "other.txt": "",
      "src/a.py": "a",
      "src/b.log": "",
      "src/deep/c.log": "",
      "src/deep/keep.log": "kept",
      "src/.GIT/x": "",
    });

    expect(await project.content()).toEqual({
      ...DOCKERFILE,
      ".dockerignore": expect.any(String),
      "src/": "/",
      "src/a.py": "a",
      "src/deep/": "/",
      "src/deep/keep.log": "kept",
    });
  });

  test("who may run a file is kept, when it was changed is not", async () => {
    await using project = await openProject({ ...DOCKERFILE, "run.sh": "#!/bin/sh\n" });
    await using before = await project.open();
    const first = await buffer(before.stream());
    await utimes(join(project.folder, "run.sh"), 1, 1);
    await using same = await project.open();
    const second = await buffer(same.stream());
    await chmod(join(project.folder, "run.sh"), 0o755);
    await using runnable = await project.open();

    expect(second.equals(first)).toBe(true);
    expect((await buffer(runnable.stream())).equals(first)).toBe(false);
  });

  test("links that stay inside are kept as links", async () => {
    await using project = await openProject({
      ...DOCKERFILE,
      "a/b.txt": "b",
      "a/link": "-> b.txt",
      up: "-> ./a/../a/b.txt",
    });

    expect(await project.content()).toMatchObject({ "a/link": "-> b.txt", up: "-> ./a/../a/b.txt" });
  });

  test("names of other scripts, long ones and empty files come through", async () => {
    const odd = { "données/数据 1.csv": "1", [`${"d".repeat(120)}/${"f".repeat(200)}`]: "long", empty: "" };
    await using project = await openProject({ ...DOCKERFILE, ...odd });

    expect(await project.content()).toMatchObject(odd);
  });

  for (const [what, files] of [
    ["a Dockerfile that is a link out", { Dockerfile: "-> /etc/passwd" }],
    ["a link to an absolute path", { ...DOCKERFILE, x: "-> /etc/passwd" }],
    ["a link upwards", { ...DOCKERFILE, "a/x": "-> ../../other" }],
    [
      "links that lead out only together",
      { ...DOCKERFILE, "p/q/r/l": "-> ../../../s", "s/f": "", y: "-> p/q/r/l/../../.." },
    ],
    ["rules that are a link", { ...DOCKERFILE, ".dockerignore": "-> /etc/passwd" }],
    ["names that differ in case alone", { ...DOCKERFILE, "Read.md": "", "read.md": "" }],
    ["names that differ in their composition alone", { ...DOCKERFILE, "\u00e9": "", "e\u0301": "" }],
    ["a name with a line break", { ...DOCKERFILE, "a\nb": "" }],
    ["another frontend", { Dockerfile: "#syntax=docker/dockerfile:1\nFROM scratch\n" }],
  ] as const)
    test(`${what} is refused`, async () => {
      await using project = await openProject(files);

      await expect(project.open()).rejects.toThrow(SourceError);
    });

  test("a comment that only speaks of syntax is none, nor one after the first instruction", async () => {
    await using project = await openProject({ Dockerfile: "# the syntax\n# x=syntax\nFROM scratch\n# syntax=x\n" });

    expect(Object.keys(await project.content())).toEqual(["Dockerfile"]);
  });

  test("a pipe is refused and does not hold the process", async () => {
    await using project = await openProject(DOCKERFILE);
    execFileSync("mkfifo", [join(project.folder, "pipe")]);

    await expect(project.open()).rejects.toThrow("neither a file");
  });

  test("more than 2 GiB are refused, and .dockerignore lets the rest through", async () => {
    await using project = await openProject(DOCKERFILE);
    await writeFile(join(project.folder, "large"), "");
    await truncate(join(project.folder, "large"), 2 * 1024 ** 3);

    await expect(project.open()).rejects.toThrow("2 GiB");
    await writeFile(join(project.folder, ".dockerignore"), "large\n");

    expect(Object.keys(await project.content())).toEqual([".dockerignore", "Dockerfile"]);
  });

  test("a file that changes between two looks breaks the context off", async () => {
    await using project = await openProject({ ...DOCKERFILE, "x.txt": "before" });
    await using context = await project.open();
    await writeFile(join(project.folder, "x.txt"), "much longer than before");

    await expect(buffer(context.stream())).rejects.toThrow("changed while");
  });

  test("a file that becomes a link out is not followed", async () => {
    await using project = await openProject({ ...DOCKERFILE, "x.txt": "before" });
    await using context = await project.open();
    execFileSync("ln", ["-sf", "/etc/hostname", join(project.folder, "x.txt")]);

    await expect(buffer(context.stream())).rejects.toThrow("cannot be read");
  });
});

describe("what git says of a folder", () => {
  async function openRepository() {
    const project = await openProject({ ...DOCKERFILE, ".gitignore": "*.tmp\n" });
    gitIn(project.folder, "init", "-q");
    gitIn(project.folder, "add", "-A");
    gitIn(project.folder, "commit", "-q", "-m", "one");
    const state = async (location = "project") => {
      const { gitVersion, gitDirty } = await project.open(location);
      return { gitVersion, gitDirty };
    };
    return { ...project, state, head: gitIn(project.folder, "rev-parse", "HEAD") };
  }

  test("a clean tree is its commit, one with changes or new files is dirty, ignored files do not count", async () => {
    await using project = await openRepository();
    const { head } = project;

    await writeTree(project.folder, { "x.tmp": "" });
    expect(await project.state()).toEqual({ gitVersion: head, gitDirty: false });
    await writeTree(project.folder, { "new.txt": "" });
    expect(await project.state()).toEqual({ gitVersion: head, gitDirty: true });
    gitIn(project.folder, "clean", "-fdq");
    await writeTree(project.folder, { Dockerfile: "FROM other\n" });
    expect(await project.state()).toEqual({ gitVersion: head, gitDirty: true });
  });

  test("a folder below the top is of the commit, and changes beside it do not count", async () => {
    await using project = await openRepository();
    await writeTree(project.folder, { "inner/Dockerfile": "FROM scratch\n" });
    gitIn(project.folder, "add", "-A");
    gitIn(project.folder, "commit", "-q", "-m", "two");
    await writeTree(project.folder, { "beside.txt": "" });

    const head = gitIn(project.folder, "rev-parse", "HEAD");
    expect(await project.state("project/inner")).toEqual({ gitVersion: head, gitDirty: false });
  });

  test("a folder in a clone is of its commit, though the top is above the root of projects", async () => {
    await using project = await openProject(DOCKERFILE);
    gitIn(project.base, "init", "-q");
    gitIn(project.base, "add", "-A");
    gitIn(project.base, "commit", "-q", "-m", "one");

    await using context = await project.open();

    expect(context).toMatchObject({ gitVersion: gitIn(project.base, "rev-parse", "HEAD"), gitDirty: false });
  });

  test("a folder in a further work tree, or in a submodule, is of the commit that is there", async () => {
    await using project = await openRepository();
    const { head, folder } = project;
    gitIn(folder, "worktree", "add", "-q", "--detach", join(project.root, "other"));
    gitIn(folder, "-c", "protocol.file.allow=always", "submodule", "add", "-q", folder, "part");
    const states = [await project.state("other"), await project.state("project/part")];

    expect(states).toEqual([
      { gitVersion: head, gitDirty: false },
      { gitVersion: head, gitDirty: false },
    ]);
    gitIn(folder, "commit", "-q", "-m", "two");
    expect(await project.state()).toMatchObject({ gitDirty: false });
    gitIn(join(folder, "part"), "commit", "-q", "--allow-empty", "-m", "other");
    expect(await project.state()).toMatchObject({ gitDirty: true });
  });

  test("a folder that the work tree around it ignores is none of it", async () => {
    await using project = await openProject(DOCKERFILE);
    await writeTree(project.base, { ".gitignore": "project/\n" });
    gitIn(project.base, "init", "-q");
    gitIn(project.base, "add", "-A");
    gitIn(project.base, "commit", "-q", "-m", "one");

    await using context = await project.open();

    expect(context).toMatchObject({ gitVersion: null, gitDirty: null });
  });

  test("a further work tree, and a submodule, are of the commits that are checked out there", async () => {
    await using project = await openRepository();
    const { root, folder, head } = project;
    gitIn(folder, "worktree", "add", "-q", "-b", "side", join(root, "side"));
    gitIn(folder, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", folder, "inner");
    gitIn(folder, "commit", "-q", "-m", "two");
    const outer = gitIn(folder, "rev-parse", "HEAD");

    expect(await project.state("side")).toEqual({ gitVersion: head, gitDirty: false });
    expect(await project.state("project/inner")).toEqual({ gitVersion: head, gitDirty: false });
    expect(await project.state()).toEqual({ gitVersion: outer, gitDirty: false });
    gitIn(join(folder, "inner"), "commit", "-q", "--allow-empty", "-m", "other");
    expect(await project.state()).toEqual({ gitVersion: outer, gitDirty: true });
  });

  test("a repository whose settings name a work tree elsewhere says nothing", async () => {
    await using project = await openRepository();
    gitIn(project.folder, "config", "core.worktree", project.base + "/other");
    await mkdir(join(project.base, "other"));

    expect(await project.state()).toEqual({ gitVersion: null, gitDirty: null });
  });

  test("files that Git LFS fetched are the commit's, others in their place are a change", async () => {
    await using project = await openRepository();
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oidOf("large")}\nsize 5\n`;
    await writeTree(project.folder, { ".gitattributes": "*.bin filter=lfs -text\n", "w.bin": pointer });
    gitIn(project.folder, "add", "-A");
    gitIn(project.folder, "commit", "-q", "-m", "large");

    await expect(project.state()).rejects.toThrow('pointers only: "w.bin"');
    await writeTree(project.folder, { "w.bin": "large" });
    expect(await project.state()).toMatchObject({ gitDirty: false });
    await writeTree(project.folder, { "w.bin": "LARGE" });
    expect(await project.state()).toMatchObject({ gitDirty: true });
  });

  test("an empty submodule is refused by name, unless .dockerignore names it", async () => {
    const modules = { ".gitmodules": '[submodule "x"]\n\tpath = sub\n\turl = ../x\n' };
    await using project = await openProject({ ...DOCKERFILE, ...modules });
    await mkdir(join(project.folder, "sub"));

    await expect(project.open()).rejects.toThrow('The submodule "sub" is an empty folder');
    await writeTree(project.folder, { ".dockerignore": "sub\n" });
    await using context = await project.open();
    expect(Object.keys(await contentOf(context.stream()))).not.toContain("sub/");
  });

  test("a repository without a commit says nothing", async () => {
    await using project = await openProject(DOCKERFILE);
    gitIn(project.folder, "init", "-q");

    await using context = await project.open();

    expect(context).toMatchObject({ gitVersion: null, gitDirty: null });
  });

  test("programs that the repository's settings name do not run", async () => {
    await using project = await openRepository();
    const trap = `touch ${join(project.base, "PWN")}; cat`;
    for (const name of [
      "core.fsmonitor",
      "filter.x.clean",
      "filter.x.process",
      "core.sshCommand",
      "core.pager",
      "diff.external",
    ])
      gitIn(project.folder, "config", name, trap);
    await writeTree(project.folder, { ".gitattributes": "* filter=x\n", "new.txt": "new" });

    expect(await project.state()).toEqual({ gitVersion: project.head, gitDirty: true });

    expect(execFileSync("ls", [project.base], { encoding: "utf8" })).not.toContain("PWN");
  });
});
