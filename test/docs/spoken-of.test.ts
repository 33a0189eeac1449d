import { expect, test } from "vitest";
import { SpokenOf } from "./support/spoken-of.js";

const [HERE, THERE] = ["model_01hzy3m3c9x6q1w2e3r4t5y6u7", "model_01j0000000000000000000000a"];

test.each([
  [{ name: "iris" }, { name: "tulips" }],
  [{ name: "iris" }, { name: "iris", more: 1 }],
  [{ count: 1 }, { count: 2 }],
  [[1, 2], [1]],
  [null, {}],
  [{ id: HERE }, { id: "project_01j0000000000000000000000a" }],
  [{ at: "2026-01-01T00:00:00.000Z" }, { at: "yesterday" }],
])("a page that says %j is untrue of %j", (page, answer) => {
  expect(new SpokenOf().difference(page, answer)).not.toBeNull();
});

test("what a page calls by a name of its own is what the answer called so", () => {
  const spokenOf = new SpokenOf();

  const difference = spokenOf.difference(
    { id: HERE, at: "2026-01-01T00:00:00Z", cursor: "eyJv…" },
    { id: THERE, at: "2031-05-06T07:08:09.123Z", cursor: "abcdef" },
  );

  expect(difference).toBeNull();
  expect(spokenOf.translated(`node(id: "${HERE}", after: "eyJv…")`)).toBe(`node(id: "${THERE}", after: "abcdef")`);
});
