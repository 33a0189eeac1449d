import { Decimal128, Double, Long } from "bson";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { answered, refused, type Row } from "../support/expression-answers.js";

eachStore((database) => {
  test("$indexOfCP counts code points", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $indexOfCP: ["$text", "b"] }, 2],
      [{ $indexOfCP: ["$text", ""] }, 0],
      [{ $indexOfCP: ["$text", "B"] }, -1],
      [{ $indexOfCP: ["$text", "€", 2] }, 3],
      [{ $indexOfCP: ["$text", "é", 2] }, -1],
      [{ $indexOfCP: ["$text", "b€", 2, 3] }, 2],
      [{ $indexOfCP: ["$text", "b", 2, 2] }, -1],
      [{ $indexOfCP: ["$text", "", 5] }, -1],
      [{ $indexOfCP: ["$text", "", 4] }, 4],
      [{ $indexOfCP: ["$text", "", 3, 1] }, -1],
      [{ $indexOfCP: ["$text", "b", 9] }, -1],
      [{ $indexOfCP: ["$text", "b", 0, 99] }, 2],
      [{ $indexOfCP: ["", ""] }, 0],
      [{ $indexOfCP: ["", "", 1] }, -1],
      [{ $indexOfCP: ["", "a"] }, -1],
      [{ $indexOfCP: ["😀a", "a"] }, 1],
      [{ $indexOfCP: ["$text", "b", new Double(1)] }, 2],
      [{ $indexOfCP: ["$text", "b", Decimal128.fromString("1")] }, 2],
      [{ $indexOfCP: ["$missing", "a"] }, null],
      [{ $indexOfCP: ["$nothing", 5] }, null],
      [{ $indexOfCP: ["$int", "a"] }, refused(40093)],
      [{ $indexOfCP: ["$text", "$missing"] }, refused(40094)],
      [{ $indexOfCP: ["$text", 5] }, refused(40094)],
      [{ $indexOfCP: ["$text", "b", -1] }, refused(40097)],
      [{ $indexOfCP: ["$text", "b", 0, -1] }, refused(40097)],
      [{ $indexOfCP: ["$text", "b", 1.5] }, refused(40096)],
      [{ $indexOfCP: ["$text", "b", null] }, refused(40096)],
      [{ $indexOfCP: ["$text", "b", Long.fromString("5000000000")] }, refused(40096)],
      [{ $indexOfCP: ["a"] }, refused(28667)],
      [{ $indexOfCP: ["a", "b", 1, 2, 3] }, refused(28667)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("$substrCP cuts between code points", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $substrCP: ["$text", 1, 2] }, "éb"],
      [{ $substrCP: ["$text", 1, 99] }, "éb€c"],
      [{ $substrCP: ["$text", 9, 1] }, ""],
      [{ $substrCP: ["$text", 0, 0] }, ""],
      [{ $substrCP: ["😀a", 1, 1] }, "a"],
      [{ $substrCP: ["$text", Long.fromString("1"), new Double(1)] }, "é"],
      [{ $substrCP: ["$missing", 0, 5] }, ""],
      [{ $substrCP: ["$nothing", 0, 5] }, ""],
      [{ $substrCP: ["$int", 0, 5] }, "5"],
      [{ $substrCP: ["$long", 0, 50] }, "7"],
      [{ $substrCP: ["$date", 0, 50] }, "1970-01-01T00:00:01.500Z"],
      [{ $substrCP: ["$yes", 0, 50] }, refused(16007)],
      [{ $substrCP: ["$list", 0, 50] }, refused(16007)],
      [{ $substrCP: ["$text", -1, 1] }, refused(34455)],
      [{ $substrCP: ["$text", 1, -1] }, refused(34454)],
      [{ $substrCP: ["$text", "a", 1] }, refused(34450)],
      [{ $substrCP: ["$text", 1, "a"] }, refused(34452)],
      [{ $substrCP: ["$text", 1.5, 1] }, refused(34451)],
      [{ $substrCP: ["$text", 1, 1.5] }, refused(34453)],
      [{ $substrCP: ["$text", 1] }, refused(16020)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });
});
