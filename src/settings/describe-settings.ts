import { isCheckout } from "../own-commands.js";
import { withTable } from "../text/markdown-table.js";
import { type Setting, SETTINGS } from "./table.js";

const COLUMNS = 100;
const INDENT = "      ";

const IN_CHECKOUT = [
  "  npm start             compile what has changed, and start the server",
  "  npm start -- --help   print this, and start nothing",
  "  node dist/main.js     start the server as compiled by npm run build",
];
const AS_PACKAGE = [
  "  rocas start           start the server",
  "  rocas start --help    print this, and start nothing",
  "  rocas --help          name the other commands",
];

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
    ...(isCheckout() ? IN_CHECKOUT : AS_PACKAGE),
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
const BEGIN = "<!-- The table of settings is written by `npm run docs`. -->";

/** Returns the page with the table of settings in its place. @throws Error if the page has none */
export const withSettingsTable = (page: string): string =>
  withTable(
    page,
    BEGIN,
    HEAD,
    rows.map(([name, each]) => [`\`${name}\``, inCode(each.initial), each.about, each.kind.takes]),
  );

const inCode = (text: string): string => text && `\`${text}\``;
