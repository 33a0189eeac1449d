import { Decimal128, Double, Long } from "bson";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { answered, refused, type Row } from "../support/expression-answers.js";

eachStore((database) => {
  test("a path goes through objects and into the elements of arrays, a variable is named with two dollars", async () => {
    await using store = database();
    const rows: Row[] = [
      ["$int", 5],
      ["$missing", undefined],
      ["$object.d.e", 3],
      ["$objects.k", [1, 2]],
      ["$objects.d.x", [3]],
      ["$list.0", []],
      ["$int.k", undefined],
      ["$nothing.k", undefined],
      ["plain", "plain"],
      ["$$ROOT.int", 5],
      ["$$CURRENT.object.d.e", 3],
      ["$$REMOVE", undefined],
      ["$$REMOVE.x", undefined],
      [
        { a: "$int", b: "$missing", c: { d: "$text" } },
        { a: 5, c: { d: "aéb€c" } },
      ],
      [
        ["$int", "$missing"],
        [5, null],
      ],
      [{ $literal: { $foo: "$int" } }, { $foo: "$int" }],
      [{ $literal: "$int" }, "$int"],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("malformed paths and unknown variables are refused", async () => {
    await using store = database();
    const rows: Row[] = [
      ["$", refused(16872)],
      ["$$", refused(9)],
      ["$$foo", refused(17276)],
      ["$$FOO", refused(17276)],
      ["$$_foo", refused(9)],
      ["$$a-b", refused(9)],
      ["$$ROOT.", refused(40353)],
      ["$$ROOT.$a", refused(16410)],
      ["$int.", refused(40353)],
      ["$int..a", refused(15998)],
      ["$int.$a", refused(16410)],
      ["$.a", refused(15998)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("unknown operators and malformed objects are refused", async () => {
    await using store = database();
    const rows: Row[] = [
      [[{ $foo: 1 }], refused(168)],
      [[{ "a.b": 1 }], refused(16412)],
      [[{ "": 1 }], refused(15998)],
      [[{ $eq: 1, x: 2 }], refused(15983)],
      [[{ x: 2, $eq: 1 }], refused(16410)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("values compare in the order of all types, and what is missing stands before null", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $eq: ["$int", new Double(5)] }, true],
      [{ $eq: ["$long", 7] }, true],
      [{ $eq: [Decimal128.fromString("0.1"), 0.1] }, false],
      [{ $gt: [Long.fromString("9007199254740993"), new Double(9007199254740992)] }, true],
      [{ $eq: ["$missing", null] }, false],
      [{ $eq: ["$missing", "$other"] }, true],
      [{ $eq: ["$missing", "$$REMOVE"] }, true],
      [{ $lt: ["$missing", null] }, true],
      [{ $lt: ["$nothing", 1] }, true],
      [{ $lt: ["$least", "$missing"] }, true],
      [{ $ne: ["$text", "aéb€c"] }, false],
      [{ $ne: ["$missing", null] }, true],
      [{ $gt: ["$text", 5] }, true],
      [{ $gte: ["$text", { $literal: "aéb€c" }] }, true],
      [{ $lt: ["$text", { a: 1 }] }, true],
      [{ $lt: [{ a: 1 }, ["a"]] }, true],
      [{ $lt: ["$list", "$yes"] }, true],
      [{ $lt: ["$yes", "$date"] }, true],
      [{ $lt: ["$date", "$greatest"] }, true],
      [{ $gt: ["$list", 5] }, true],
      [{ $eq: ["$list", 1] }, false],
      [{ $eq: ["$list", [1, "a", { k: 1 }, null]] }, true],
      [{ $eq: ["$objects.k", [1, 2]] }, true],
      [{ $lt: [{ a: 1 }, { a: 2 }] }, true],
      [{ $lt: [{ a: 2 }, { b: 1 }] }, true],
      [
        {
          $eq: [
            { a: 1, b: 2 },
            { b: 2, a: 1 },
          ],
        },
        false,
      ],
      [{ $eq: [{ a: "$missing" }, {}] }, true],
      [{ $eq: [["$missing"], [null]] }, true],
      [{ $lt: ["B", "a"] }, true],
      [{ $lt: ["$no", "$yes"] }, true],
      [{ $lt: [Number.NaN, -Infinity] }, true],
      [{ $eq: [Number.NaN, Number.NaN] }, true],
      [{ $lte: [3, 3] }, true],
      [{ $eq: [1] }, refused(16020)],
      [{ $eq: 1 }, refused(16020)],
      [{ $lt: [1, 1, 1] }, refused(16020)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("types are named, that of nothing too", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $type: "$missing" }, "missing"],
      [{ $type: "$nothing" }, "null"],
      [{ $type: ["$int"] }, "int"],
      [{ $type: "$long" }, "long"],
      [{ $type: "$double" }, "double"],
      [{ $type: "$decimal" }, "decimal"],
      [{ $type: "$text" }, "string"],
      [{ $type: "$yes" }, "bool"],
      [{ $type: "$date" }, "date"],
      [{ $type: "$list" }, "array"],
      [{ $type: "$object" }, "object"],
      [{ $type: "$pattern" }, "regex"],
      [{ $type: "$least" }, "minKey"],
      [{ $type: [["$int"]] }, "array"],
      [{ $type: ["$int", "$text"] }, refused(16020)],
      [{ $isNumber: "$decimal" }, true],
      [{ $isNumber: "$long" }, true],
      [{ $isNumber: ["$missing"] }, false],
      [{ $isNumber: "$text" }, false],
      [{ $isNumber: [1, 2] }, refused(16020)],
      [{ $isArray: "$list" }, true],
      [{ $isArray: ["$object"] }, false],
      [{ $isArray: [["$int"]] }, true],
      [{ $isArray: "$missing" }, false],
      [{ $isArray: [] }, refused(16020)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("$getField reads one field by its exact name and enters no array", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $getField: "int" }, 5],
      [{ $getField: { $literal: "$int" } }, undefined],
      [{ $getField: "missing" }, undefined],
      [{ $getField: { field: "a.b", input: "$object" } }, 1],
      [{ $getField: { field: { $literal: "a.b" }, input: "$object" } }, 1],
      [{ $getField: { field: { $literal: "$c" }, input: "$object" } }, 2],
      [{ $getField: { field: "e", input: "$object.d" } }, 3],
      [{ $getField: { field: "", input: "$object" } }, undefined],
      [{ $getField: { field: "n", input: "$object" } }, null],
      [{ $getField: { field: "a", input: "$missing" } }, undefined],
      [{ $getField: { field: "a", input: "$nothing" } }, null],
      [{ $getField: { field: "a", input: "$int" } }, undefined],
      [{ $getField: { field: "k", input: "$objects" } }, undefined],
      [{ $getField: { field: "0", input: "$list" } }, undefined],
      [{ $getField: { field: "a", input: { a: "$int" } } }, 5],
      [{ $getField: { field: "x", input: { $getField: { field: "d", input: "$object" } } } }, undefined],
      [{ $getField: { field: "$c", input: "$object" } }, refused(5654600)],
      [{ $getField: { field: "$$ROOT", input: "$object" } }, refused(5654600)],
      [{ $getField: { field: { $substrCP: ["ab", 0, 1] }, input: "$object" } }, refused(5654601)],
      [{ $getField: { field: ["a"], input: "$object" } }, refused(5654601)],
      [{ $getField: ["a", "$object"] }, refused(5654601)],
      [{ $getField: 5 }, refused(5654602)],
      [{ $getField: { field: null, input: "$object" } }, refused(5654602)],
      [{ $getField: { field: { $literal: 5 }, input: "$object" } }, refused(5654602)],
      [{ $getField: { field: "k" } }, refused(3041703)],
      [{ $getField: { input: "$object" } }, refused(3041702)],
      [{ $getField: {} }, refused(3041702)],
      [{ $getField: { field: "a", input: "$object", x: 1 } }, refused(3041701)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });
});
