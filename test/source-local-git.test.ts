import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { contentOf } from "./contracts/source.contract.js";
import { gitIn } from "./support/git-server.js";
import { openProject } from "./support/local-project.js";
import { writeTree } from "./support/temp-folder.js";

const oidOf = (content: string) => createHash("sha256").update(content).digest("hex");
const DOCKERFILE = { Dockerfile: "FROM scratch\n" };

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
