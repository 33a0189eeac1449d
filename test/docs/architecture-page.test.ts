import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const PAGES = ["docs/architecture.md", "CONTRIBUTING.md"];
const PATH = /`((?:src|test|packages|suites|docs|\.ci)\/[\w./-]+)`/g;

test.each(PAGES)("every file and folder that %s names is there", async (page) => {
  const named = [...(await readFile(page, "utf8")).matchAll(PATH)].map(([, path]) => path!);

  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(path))).toEqual([]);
});

test("every file in a picture of docs/architecture.md is one that its text names", async () => {
  const page = await readFile("docs/architecture.md", "utf8");
  const pictures = [...page.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, picture]) => picture!).join("\n");
  const files = pictures.match(/(?<![\w.*])[a-z][\w.-]*\.ts\b/g) ?? [];
  const text = page.replace(/```mermaid[\s\S]*?```/g, "");

  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => file !== "verb-noun.ts" && !text.includes(`/${file}\``))).toEqual([]);
});
