import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { SourceError } from "../src/source/source.js";
import { DockerIgnore } from "../src/source/tree/docker-ignore.js";

interface Reference {
  add(rules: string): Reference;
  ignores(path: string): boolean;
}
const reference = createRequire(import.meta.url)("@balena/dockerignore") as (options: object) => Reference;

const PATHS = [
  "a",
  "a/b",
  "a/b/c.txt",
  "a/b/c.log",
  "a.txt",
  "abc",
  "ab/c",
  ".env",
  ".env.local",
  "node_modules",
  "node_modules/x/y.js",
  "src/node_modules/z",
  "src/main.py",
  "src/main.pyc",
  "docs/README.md",
  "README.md",
  "x-1",
  "x-9",
  "x-a",
  "deep/er/and/deeper/f.tmp",
  "temp",
  "tempa",
  "sub/temp",
  "sub/tempb/x",
  "weird$name",
  "plus+sign",
  "star*name",
  "data",
  "data/iris.csv",
  "data/large/raw.bin",
];
const RULES = [
  "a",
  "a/",
  "/a",
  "./a",
  "a/*",
  "a/**",
  "*.txt",
  "**/*.txt",
  "**/*.log",
  "*/temp*",
  "*/*/temp*",
  "temp?",
  "**/node_modules",
  "node_modules",
  "**",
  "*",
  "*\n!README.md",
  "*\n!src\nsrc/*.pyc",
  "*.md\n!README*.md",
  "*.md\n!README*.md\nREADME.md",
  "x-[0-5]",
  "x-[^0-9]",
  ".env*",
  "# comment\na",
  "  a  ",
  "!a",
  "a\n!a/b",
  "data/**\n!data/iris.csv",
  "**/deeper",
  "deep/**/f.tmp",
  "deep/**/*.tmp",
  "weird$name",
  "\\a",
  "star\\*name",
  "a/../abc",
  "src/main.py[co]",
  "",
  "\n\n",
  "ab/**/c",
];

describe("rules of .dockerignore", () => {
  for (const rules of RULES)
    test(`${JSON.stringify(rules)} means what it means to Docker`, () => {
      const [ours, theirs] = [new DockerIgnore(rules), reference({ ignorecase: false }).add(rules)];

      expect(PATHS.filter((path) => ours.ignores(path))).toEqual(PATHS.filter((path) => theirs.ignores(path)));
    });

  test("signs that mean something to a regular expression mean themselves", () => {
    const ignore = new DockerIgnore("plus+sign\n(x|y)\n^a$\n");

    expect(["plus+sign", "plussign", "(x|y)", "x", "a"].filter((path) => ignore.ignores(path))).toEqual([
      "plus+sign",
      "(x|y)",
    ]);
  });

  test("patterns with many ways through are matched at once", () => {
    const ignore = new DockerIgnore(`${"*a".repeat(200)}*b\n${"**/".repeat(200)}b\n(a+)+$`);
    const before = performance.now();

    expect(ignore.ignores("a/".repeat(400) + "c")).toBe(false);
    expect(ignore.ignores("a".repeat(800))).toBe(false);

    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test("too many rules are refused", () => {
    expect(() => new DockerIgnore("a\n".repeat(501))).toThrow(SourceError);
    expect(() => new DockerIgnore("#".repeat(70_000))).toThrow(SourceError);
  });
});
