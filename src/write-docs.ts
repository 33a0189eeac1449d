import { readFile, writeFile } from "node:fs/promises";
import { withErrorTable } from "./http/error-table.js";
import { withSettingsTable } from "./settings/describe-settings.js";

/** Writes the tables that come from the code into their pages: `npm run docs`. */
for (const [name, written] of [
  ["docs/errors.md", withErrorTable],
  ["README.md", withSettingsTable],
] as const) {
  const page = new URL(`../${name}`, import.meta.url);
  await writeFile(page, written(await readFile(page, "utf8")));
}
