import { Double } from "bson";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";
import { answered, refused, type Row } from "../support/expression-answers.js";

eachStore((database) => {
  test("$map gives a value for each element under the name it is given", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $map: { input: "$list", in: "$$this" } }, [1, "a", { k: 1 }, null]],
      [{ $map: { input: "$objects", as: "each", in: "$$each.k" } }, [1, 2, null, [9]]],
      [{ $map: { input: "$objects", as: "each", in: "$$each.d.x" } }, [null, 3, null, []]],
      [{ $map: { input: "$list", as: "each", in: "$int" } }, [5, 5, 5, 5]],
      [{ $map: { input: "$list", as: "each", in: "$missing" } }, [null, null, null, null]],
      [{ $map: { input: "$empty", in: 1 } }, []],
      [{ $map: { input: "$missing", in: 1 } }, null],
      [{ $map: { input: "$nothing", in: 1 } }, null],
      [
        { $map: { input: "$nested", as: "x", in: { $map: { input: "$$x", as: "y", in: ["$$x", "$$y", "$int"] } } } },
        [[[[1], 1, 5]], [[[2], 2, 5]]],
      ],
      [{ $map: { input: "$nested", in: { $map: { input: "$$this", in: "$$this" } } } }, [[1], [2]]],
      [{ $map: { input: "$list", as: "é_9", in: "$$é_9" } }, [1, "a", { k: 1 }, null]],
      [{ $map: { input: "$int", in: 1 } }, refused(16883)],
      [{ $map: { input: [], in: { $in: [1, 5] } } }, refused(40081)],
      [{ $map: { in: 1 } }, refused(16880)],
      [{ $map: { input: "$list" } }, refused(16882)],
      [{ $map: { input: "$list", in: 1, x: 1 } }, refused(16879)],
      [{ $map: { input: "$list", as: 5, in: 1 } }, refused(9)],
      [{ $map: { input: "$list", as: "", in: 1 } }, refused(9)],
      [{ $map: { input: "$list", as: "X", in: 1 } }, refused(9)],
      [{ $map: { input: "$list", as: "a.b", in: 1 } }, refused(9)],
      [{ $map: { input: "$list", as: "x", in: "$$this" } }, refused(17276)],
      [{ $map: ["$list"] }, refused(16878)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });

  test("lists are searched and judged", async () => {
    await using store = database();
    const rows: Row[] = [
      [{ $in: [1, "$list"] }, true],
      [{ $in: [new Double(1), "$list"] }, true],
      [{ $in: [{ k: 1 }, "$list"] }, true],
      [{ $in: [null, "$list"] }, true],
      [{ $in: ["$missing", "$list"] }, false],
      [{ $in: ["$text", ["$text"]] }, true],
      [{ $in: [1, "$nested"] }, false],
      [{ $in: [1, "$missing"] }, refused(40081)],
      [{ $in: [1, 5] }, refused(40081)],
      [{ $in: [1] }, refused(16020)],
      [{ $anyElementTrue: "$list" }, true],
      [{ $anyElementTrue: ["$empty"] }, false],
      [{ $anyElementTrue: [["$no", "$missing", 0]] }, false],
      [{ $anyElementTrue: [{ $map: { input: "$list", in: { $eq: ["$$this", "a"] } } }] }, true],
      [{ $anyElementTrue: ["$missing"] }, refused(17041)],
      [{ $anyElementTrue: ["$nothing"] }, refused(17041)],
      [{ $anyElementTrue: [1, 2] }, refused(16020)],
    ];
    expect(await answered(store, rows)).toEqual(rows);
  });
});
