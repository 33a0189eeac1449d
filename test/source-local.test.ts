import { execFileSync } from "node:child_process";
import { chmod, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { LocalSource } from "../src/source/local/local-source.js";
import { SourceError } from "../src/source/source.js";
import { contentOf, silent } from "./contracts/source.contract.js";
import { openProject } from "./support/local-project.js";
import { writeTree } from "./support/temp-folder.js";

const DOCKERFILE = { Dockerfile: "FROM scratch\n" };

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
