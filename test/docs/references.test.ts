import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const TRACKED = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
const OURS = TRACKED.filter((file) => /^(src|packages|docs|\.ci|[A-Z]+\.md)/.test(file) && existsSync(file));
const WRITTEN = OURS.filter((file) => /\.(ts|mjs|md|sh|py|json)$|^\.ci\//.test(file) && !file.includes("/generated/"));

/** Returns the pages that a text names by capitals (`DESIGN.md`), and the specification that this repository follows. */
const pagesNamed = (text: string): string[] => text.match(/\b[A-Z][A-Z-]+\.(?:md|txt)\b|\bdata-model\.txt\b/g) ?? [];

/** Returns the paths that lead from a page to files, without those of other sites and those inside the page. */
const linked = (page: string): string[] =>
  [...page.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path]) => path!).filter((path) => !/^\w+:/.test(path));

test("no file names a page that is not in the repository", async () => {
  const known = new Set(TRACKED.map((each) => each.slice(each.lastIndexOf("/") + 1)));
  const foreign = await Promise.all(
    WRITTEN.map(async (file) => {
      const text = await readFile(file, "utf8");
      const pages = pagesNamed(text).filter((page) => !known.has(page));
      return [...pages, ...(text.match(/\.\.\/shared\/\S*/g) ?? [])].map((page) => `${file}: ${page}`);
    }),
  );

  expect(foreign.flat()).toEqual([]);
});

test.each(OURS.filter((file) => file.endsWith(".md")))("the links of %s lead to files", async (file) => {
  const paths = linked(await readFile(file, "utf8")).map((path) => normalize(join(dirname(file), path)));

  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
});
