import { DOCUMENT_CODES, ERROR_CODES } from "../errors.js";
import { withTable } from "../text/markdown-table.js";
import { httpStatusOf } from "./http-error.js";

const HEAD = ["`extensions.code`", "When", "What to do", "The same again", "HTTP status outside GraphQL"];
const AGAIN = { no: "no", later: "later, with a growing pause" };

const rowOf = (
  code: string,
  { when, then, again }: { readonly when: string; readonly then: string; readonly again: "no" | "later" },
  status: string,
): string[] => [`\`${code}\``, when, then, AGAIN[again], status];

const BEGIN = "<!-- The table is written by `npm run docs`. -->";

/** Returns the page with the codes of all errors in a table in its place. @throws Error if the page has none */
export function withErrorTable(page: string): string {
  const own = Object.entries(ERROR_CODES).map(([code, description]) =>
    rowOf(code, description, String(httpStatusOf(code))),
  );
  const documents = Object.entries(DOCUMENT_CODES).map(([code, description]) => rowOf(code, description, ""));
  return withTable(page, BEGIN, HEAD, [...own, ...documents]);
}
