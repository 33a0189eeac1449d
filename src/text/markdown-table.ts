const END = "<!-- So far. -->";

type Row = readonly string[];

function markdownTable(head: Row, rows: readonly Row[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const line = (row: Row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/**
 * Returns the page with a table in Markdown in its place, whose columns are aligned as by Prettier.
 * @param begin the comment before the place, which ends at `<!-- So far. -->`
 * @throws Error if the page has no such place
 */
export function withTable(page: string, begin: string, head: Row, rows: readonly Row[]): string {
  const start = page.indexOf(begin);
  const end = page.indexOf(END, start);
  if (start < 0 || end < 0) throw new Error(`The page has no place for the table: ${begin} ... ${END}`);
  return `${page.slice(0, start + begin.length)}\n\n${markdownTable(head, rows)}\n\n${page.slice(end)}`;
}
