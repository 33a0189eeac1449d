import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FILES, LANGUAGE, type Row, STORE, SUBSCRIPTIONS, type Trial } from "./rows.js";

const numbered = (letter: string, last: number) => Array.from({ length: last }, (_, index) => `${letter}${index + 1}`);

test("every threat to the language, to the store, by subscriptions and by names and parts of files is tried", () => {
  expect(Object.keys(LANGUAGE)).toEqual(numbered("G", 28));
  expect(Object.keys(STORE)).toEqual(numbered("M", 14));
  expect(Object.keys(SUBSCRIPTIONS)).toEqual(numbered("W", 9).filter((row) => row !== "W5"));
  expect(Object.keys(FILES)).toEqual(numbered("F", 6));
});

const missingOf = ({ file, tests }: Trial): string[] => {
  const source = readFileSync(file, "utf8");
  // A name with both kinds of quotes in it is escaped where it stands.
  return tests.filter((name) => !source.includes(`"${name}"`)).map((name) => `${file}: ${name}`);
};

test.each<[string, Row]>(Object.entries({ ...LANGUAGE, ...STORE, ...SUBSCRIPTIONS, ...FILES }))(
  "%s is tried by a hostile input and by its harmless twin, in tests that there are",
  (_id, { hostile, twin }) => {
    expect(hostile.flatMap(({ tests }) => tests).length).toBeGreaterThan(0);
    expect(twin.flatMap(({ tests }) => tests).length).toBeGreaterThan(0);
    expect([...hostile, ...twin].flatMap(missingOf)).toEqual([]);
  },
);
