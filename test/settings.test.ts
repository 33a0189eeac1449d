import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readSettings, SettingsRefused } from "../src/settings.js";
import { withSettingsTable } from "../src/settings/describe-settings.js";
import { SETTINGS } from "../src/settings/table.js";

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    return error.message.split("\n").slice(1);
  }
};

const NUMBERS = Object.entries(SETTINGS).flatMap(([name, { kind }]) => (/number/.test(kind.takes) ? [name] : []));
const NO_NUMBERS = [
  "-1",
  "1e9",
  "NaN",
  "Infinity",
  "-Infinity",
  "",
  " ",
  "4000.55.5",
  "0x10",
  "1_000",
  "1,000",
  "٣",
  "4 ",
];
const NEVER_IN_RANGE = ["99999999999999999999", "1000000000"];
const WHOLE = NUMBERS.filter((each) => !["ROCAS_CPUS", "ROCAS_TRAIN_HOURS", "ROCAS_MAX_TRAIN_HOURS"].includes(each));
/** Zero has a meaning of its own where the text of a setting says which. */
const NOT_ZERO = Object.entries(SETTINGS).flatMap(([name, { about }]) =>
  NUMBERS.includes(name) && !about.includes("`0`: ") ? [name] : [],
);

const rows = (names: readonly string[], texts: readonly string[]) =>
  names.flatMap((name) => texts.map((text) => [name, text] as const));

test("nothing needs to be set", () => {
  expect(readSettings({})).toMatchObject({ HOST: "127.0.0.1", PORT: 4000, ROCAS_DATA: ".rocas", MONGODB_URI: "" });
});

test("all problems are reported at once, each with the name of its setting", () => {
  const problems = problemsOf({ PORT: "many", ROCAS_MAX_PAGE: "x", LOG_LEVEL: "loud", ROCAS_CPUS: "two" });

  expect(problems.map((each) => each.trim().split(":")[0]).sort()).toEqual([
    "LOG_LEVEL",
    "PORT",
    "ROCAS_CPUS",
    "ROCAS_MAX_PAGE",
  ]);
});

test("a registry that local processes cannot push to is reported with all other problems", () => {
  const problems = problemsOf({ ROCAS_RUNTIME: "process", ROCAS_REGISTRY: "registry.example.org/team", PORT: "many" });

  expect(problems).toEqual([
    expect.stringContaining("PORT"),
    expect.stringMatching(/ROCAS_REGISTRY: .*ROCAS_RUNTIME=process/),
  ]);
});

test("there are numbers among the settings", () => {
  expect(NUMBERS).toEqual(expect.arrayContaining(["PORT", "ROCAS_MAX_PAGE", "ROCAS_CPUS", "ROCAS_DEADLINE_MS"]));
});

test.each([
  ...rows(NUMBERS, [...NO_NUMBERS, ...NEVER_IN_RANGE]),
  ...rows(WHOLE, ["4000.5", "1.0"]),
  ...rows(NOT_ZERO, ["0"]),
  ...rows(NUMBERS, ["0.0001", "-0"]),
])("%s=%j is refused, with what it takes", (name, text) => {
  expect(problemsOf({ [name]: text })).toEqual([
    expect.stringMatching(/number from [\d.,]+ to [\d.,]+.*left out: \d+/),
  ]);
});

test.each([
  ["ROCAS_CPUS", "0.5", 0.5],
  ["ROCAS_CPUS", "1024", 1024],
  ["ROCAS_TRAIN_HOURS", "0.25", 0.25],
  ["ROCAS_RUN_PORT", "0", 0],
  ["ROCAS_MAX_PAGE", "2000", 2000],
  ["PORT", "65535", 65_535],
])("%s=%s is taken", (name, text, value) => {
  expect(readSettings({ [name]: text })).toMatchObject({ [name]: value });
});

test("a page may have 2,000 records at most", () => {
  expect(problemsOf({ ROCAS_MAX_PAGE: "2001" })).toEqual([expect.stringContaining("from 1 to 2,000")]);
});

test.each([
  ["ROCAS_DATA", ""],
  ["HOST", "http://127.0.0.1"],
  ["HOST", "127.0.0.1:4000"],
  ["HOST", "127.0.0.999"],
  ["HOST", ""],
  ["LOG_LEVEL", "INFO"],
  ["ROCAS_REFUSE_KNOWN_BAD", "maybe"],
  ["ROCAS_ALLOWED_HOSTS", "https://rocas.example.org"],
  ["ROCAS_ALLOWED_HOSTS", "rocas.example.org,*"],
  ["ROCAS_ALLOWED_ORIGINS", "*"],
  ["ROCAS_ALLOWED_ORIGINS", "https://dashboard.example.org/"],
  ["ROCAS_ALLOWED_ORIGINS", "dashboard.example.org"],
  ["ROCAS_GIT_HOSTS", "git.example.org"],
  ["ROCAS_REGISTRY", "https://registry.example.org"],
  ["ROCAS_RUN_URL", "10.0.0.5:4001"],
  ["ROCAS_DETAILS_INDEXES", "Model:team"],
  ["DOCKER_HOST", "nowhere://x"],
])("%s=%j is refused, with what it takes", (name, text) => {
  expect(problemsOf({ [name]: text })).toEqual([expect.stringMatching(`${name}: .* does not do; it takes `)]);
});

test.each([
  ["MONGODB_URI", "postgres://root:CANARY@db"],
  ["ROCAS_TOKEN", "CANARY with blanks"],
  ["ROCAS_PREDICT_TOKEN", "CANARY\n"],
])("%s is refused without its value being told", (name, text) => {
  const problems = problemsOf({ [name]: text });

  expect(problems).toEqual([expect.stringContaining(name)]);
  expect(problems.join()).not.toContain("CANARY");
});

test.each(["0.0.0.0", "192.168.1.5", "::", "rocas.example.org", "127.0.0.1.example.org"])(
  "%s is refused without a token, and taken with one",
  (HOST) => {
    expect(problemsOf({ HOST })).toEqual([expect.stringContaining("set ROCAS_TOKEN")]);
    expect(problemsOf({ HOST, ROCAS_TOKEN: "none" })).toEqual([expect.stringContaining("set ROCAS_TOKEN")]);
    expect(problemsOf({ HOST, ROCAS_TOKEN: "0123456789abcdef0123456789abcdef" })).toEqual([]);
  },
);

test.each(["127.0.0.1", "127.1.2.3", "::1", "localhost"])("%s needs no token", (HOST) => {
  expect(problemsOf({ HOST })).toEqual([]);
});

test("lists are split at commas, and empty entries fall out", () => {
  const { ROCAS_PROJECT_ROOTS } = readSettings({ ROCAS_PROJECT_ROOTS: " /srv/one , ,/srv/two," });

  expect(ROCAS_PROJECT_ROOTS).toEqual(["/srv/one", "/srv/two"]);
});

test("the table of settings in the README is that of the code", async () => {
  const page = await readFile("README.md", "utf8");

  expect(page, "run `npm run docs` and commit README.md").toBe(withSettingsTable(page));
});
