import { type Setting, SETTINGS } from "./table.js";

const COLUMNS = 100;
const INDENT = "      ";

const rows = Object.entries<Setting<unknown>>(SETTINGS);

/** Returns the text of `--help`. */
export function helpText(): string {
  const settings = rows.flatMap(([name, { kind, initial, about }]) => [
    "",
    `  ${name}${initial && ` = ${initial}`}`,
    ...wrapped(about.replaceAll("`", "")),
    ...wrapped(`Takes ${kind.takes}.`),
  ]);
  return [
    "Rocas, a GraphQL API server for teams that run machine-learning projects",
    "",
    "  npm start             compile what has changed, and start the server",
    "  npm start -- --help   print this, and start nothing",
    "  node dist/main.js     start the server as compiled by npm run build",
    "",
    "Its settings come from the environment; after the sign is what holds where one is left out.",
    ...settings,
    "",
  ].join("\n");
}

function wrapped(text: string): string[] {
  const lines = [INDENT];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line.length + word.length > COLUMNS && line !== INDENT) lines.push(`${INDENT}${word} `);
    else lines[lines.length - 1] = `${line}${word} `;
  }
  return lines.map((each) => each.trimEnd());
}

const HEAD = ["Variable", "Default", "What it decides", "Takes"];
const [BEGIN, END] = ["<!-- The table of settings is written by `npm run docs`. -->", "<!-- So far. -->"];

/** Returns the page with the table of settings in its place. @throws Error if the page has none */
export function withSettingsTable(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The page has no place for the table: ${BEGIN} ... ${END}`);
  return `${page.slice(0, begin + BEGIN.length)}\n\n${settingsTable()}\n\n${page.slice(end)}`;
}

/** Returns the table in Markdown, with aligned columns as by Prettier. */
function settingsTable(): string {
  const cells = [
    HEAD,
    ...rows.map(([name, each]) => [`\`${name}\``, inCode(each.initial), each.about, each.kind.takes]),
  ];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [line(HEAD), rule, ...cells.slice(1).map(line)].join("\n");
}

const inCode = (text: string): string => text && `\`${text}\``;
