import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { withErrorTable } from "../../src/http/error-table.js";

test("the table of errors is that of the code", async () => {
  const page = await readFile("docs/errors.md", "utf8");

  expect(page, "run `npm run docs` and commit docs/errors.md").toBe(withErrorTable(page));
});
