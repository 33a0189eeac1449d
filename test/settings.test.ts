import { expect, test } from "vitest";
import { readSettings, SettingsRefused } from "../src/settings.js";

const problemsOf = (environment: Record<string, string>): string[] => {
  try {
    readSettings(environment);
    return [];
  } catch (error) {
    if (!(error instanceof SettingsRefused)) throw error;
    return error.message.split("\n").slice(1);
  }
};

test("nothing needs to be set", () => {
  expect(readSettings({})).toMatchObject({ HOST: "127.0.0.1", PORT: 4000, ROCAS_DATA: ".rocas", MONGODB_URI: "" });
});

test("all problems are told at once, each with the name of its setting", () => {
  const problems = problemsOf({ PORT: "many", ROCAS_MAX_PAGE: "x", LOG_LEVEL: "loud", ROCAS_CPUS: "two" });

  expect(problems.map((each) => each.trim().split(":")[0]).sort()).toEqual([
    "LOG_LEVEL",
    "PORT",
    "ROCAS_CPUS",
    "ROCAS_MAX_PAGE",
  ]);
});

test.each(["0.0.0.0", "192.168.1.5", "::", "rocas.example.org", "127.0.0.1.example.org"])(
  "%s is refused without a token, and taken with one",
  (HOST) => {
    expect(problemsOf({ HOST })).toEqual([expect.stringContaining("set ROCAS_TOKEN")]);
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
