import { readFile, writeFile } from "node:fs/promises";
import { withErrorTable } from "./http/error-table.js";

/** Writes the table of errors into `docs/errors.md`: `npm run docs`. */
const page = new URL("../docs/errors.md", import.meta.url);
await writeFile(page, withErrorTable(await readFile(page, "utf8")));
