import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { answered, refused, type Row } from "../support/expression-answers.js";

eachStore((database) => {
  test("$and and $or end with the first operand that decides", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $and: [] }, true],
      [{ $or: [] }, false],
      [{ $and: "$list" }, true],
      [{ $and: ["$missing"] }, false],
      [{ $and: [1, "", Number.NaN, "$list", "$empty"] }, true],
      [{ $and: ["$int", { $eq: ["$int", 6] }] }, false],
      [{ $or: ["$missing", "$nothing", 0, "$no"] }, false],
      [{ $or: ["$no", { $eq: ["$int", 5] }] }, true],
      [{ $and: ["$no", { $in: [1, "$int"] }] }, false],
      [{ $or: ["$yes", { $in: [1, "$int"] }] }, true],
      [{ $and: ["$yes", { $in: [1, "$int"] }] }, refused(40081)],
      [{ $and: [{ $in: [1, "$int"] }, false] }, false],
      [{ $or: [{ $in: [1, "$int"] }, true] }, true],
      [{ $not: ["$missing"] }, true],
      [{ $not: "$list" }, false],
      [{ $not: [0] }, true],
      [{ $not: [] }, refused(16020)],
      [{ $not: [1, 2] }, refused(16020)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("$cond and $ifNull evaluate what they give", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $cond: ["$yes", 1, 2] }, 1],
      [{ $cond: ["$missing", 1, "$missing"] }, undefined],
      [{ $cond: ["$nothing", { $in: [1, "$int"] }, "$text"] }, "aéb€c"],
      [{ $cond: { if: "$int", then: "a", else: "b" } }, "a"],
      [{ $cond: [true, 1, { $in: [1, 5] }] }, refused(40081)],
      [{ $cond: [true, 1, { $in: [1, "$int"] }] }, 1],
      [{ $cond: [1, 2] }, refused(16020)],
      [{ $cond: 5 }, refused(16020)],
      [{ $cond: { if: 1, then: 2 } }, refused(17082)],
      [{ $cond: { then: 2, else: 1 } }, refused(17080)],
      [{ $cond: { if: 1, else: 1 } }, refused(17081)],
      [{ $cond: { if: 1, then: "a", else: "b", x: 1 } }, refused(17083)],
      [{ $cond: { $literal: 1 } }, refused(17083)],
      [{ $ifNull: ["$missing", 1] }, 1],
      [{ $ifNull: ["$nothing", "$missing", "$int"] }, 5],
      [{ $ifNull: ["$nothing", "$missing"] }, undefined],
      [{ $ifNull: ["$missing", "$nothing"] }, null],
      [{ $ifNull: ["$no", 1] }, false],
      [{ $ifNull: [1, { $in: [1, "$int"] }] }, 1],
      [{ $ifNull: ["$missing"] }, refused(1257300)],
      [{ $ifNull: "$missing" }, refused(1257300)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });
});
