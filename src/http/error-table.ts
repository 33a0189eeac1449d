import { DOCUMENT_CODES, ERROR_CODES } from "../errors.js";
import { httpStatusOf } from "./http-error.js";

const HEAD = ["`extensions.code`", "When", "What to do", "The same again", "HTTP status outside GraphQL"];
const AGAIN = { no: "no", later: "later, with a growing pause" };

/** Returns the codes of all errors as a table in Markdown. */
export function errorTable(): string {
  const own = Object.entries(ERROR_CODES).map(([code, description]) =>
    rowOf(code, description, String(httpStatusOf(code))),
  );
  const documents = Object.entries(DOCUMENT_CODES).map(([code, description]) => rowOf(code, description, ""));
  const rows = [HEAD, ...own, ...documents];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(HEAD), rule, ...rows.slice(1).map(line)].join("\n");
}

const rowOf = (
  code: string,
  { when, then, again }: { readonly when: string; readonly then: string; readonly again: "no" | "later" },
  status: string,
): string[] => [`\`${code}\``, when, then, AGAIN[again], status];

const [BEGIN, END] = ["<!-- The table is written by `npm run docs`. -->", "<!-- So far. -->"];

/** Returns the page with the table in its place. @throws Error if the page has none */
export function withErrorTable(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The page has no place for the table: ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${errorTable()}\n\n${page.slice(end)}`;
}
