import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Row {
  _id: string;
  proj: string;
  name: string;
  created: number;
  tags: string[];
  current?: boolean;
}

const rows = Array.from({ length: 2000 }, (_, at): Row => ({
  _id: `t_${String(at).padStart(6, "0")}`,
  proj: `p${at % 10}`,
  name: `n${at}`,
  created: Math.floor(at / 3),
  tags: [`t${at % 50}`, `u${at % 40}`],
  ...(at % 2 === 0 && { current: true }),
}));

eachStore((database) => {
  const seeded = async () => {
    const own = database();
    const table = own.db.collection<Row>("rows");
    await table.createIndexes([
      { key: { proj: 1, created: -1, _id: -1 } },
      { key: { created: 1 } },
      { key: { tags: 1 } },
      { key: { name: 1 }, unique: true, partialFilterExpression: { current: { $exists: true } } },
    ]);
    await table.insertMany(rows);
    return { ...own, table };
  };
  const examined = async (
    cursor: mongo.FindCursor,
  ): Promise<{ documents: number; returned: number; scans: boolean }> => {
    const told = await cursor.explain("executionStats");
    const { totalDocsExamined: documents, nReturned: returned } = told.executionStats as {
      totalDocsExamined: number;
      nReturned: number;
    };
    return { documents, returned, scans: JSON.stringify(told.queryPlanner.winningPlan).includes("COLLSCAN") };
  };

  test("by _id and by a list of them nothing else is read", async () => {
    await using store = await seeded();
    expect(await examined(store.table.find({ _id: "t_000017" }))).toEqual({ documents: 1, returned: 1, scans: false });
    expect(await examined(store.table.find({ _id: { $in: ["t_000001", "t_000002", "none"] } }))).toEqual({
      documents: 2,
      returned: 2,
      scans: false,
    });
  });

  test("an equality and the order of the next fields read one page", async () => {
    await using store = await seeded();
    const page = store.table.find({ proj: "p3" }).sort({ created: -1, _id: -1 }).limit(21);
    expect(await examined(page)).toEqual({ documents: 21, returned: 21, scans: false });
    const backwards = store.table.find({ proj: "p3" }).sort({ created: 1, _id: 1 }).limit(21);
    expect(await examined(backwards)).toEqual({ documents: 21, returned: 21, scans: false });
  });

  test("a page after a key reads little more than the page", async () => {
    await using store = await seeded();
    const [from, id] = [400, "t_001203"];
    const after = {
      proj: "p3",
      created: { $lte: from },
      $or: [{ created: { $lt: from } }, { created: from, _id: { $lt: id } }],
    };
    const page = store.table.find(after).sort({ created: -1, _id: -1 }).limit(21);
    const { documents, returned, scans } = await examined(page);
    expect({ returned, scans }).toEqual({ returned: 21, scans: false });
    expect(documents).toBeLessThan(25);
  });

  test("ranges, array elements and partial indexes are served", async () => {
    await using store = await seeded();
    expect(await examined(store.table.find({ created: { $gte: 10, $lt: 12 } }))).toEqual({
      documents: 6,
      returned: 6,
      scans: false,
    });
    expect(await examined(store.table.find({ tags: "t7" }))).toEqual({ documents: 40, returned: 40, scans: false });
    expect(await examined(store.table.find({ name: "n8", current: true }))).toEqual({
      documents: 1,
      returned: 1,
      scans: false,
    });
  });

  test("an order alone is served by its index", async () => {
    await using store = await seeded();
    expect(await examined(store.table.find().sort({ created: -1 }).limit(5))).toEqual({
      documents: 5,
      returned: 5,
      scans: false,
    });
  });

  test("an $or whose branches are served is served", async () => {
    await using store = await seeded();
    const either = store.table.find({ $or: [{ _id: "t_000001" }, { tags: "t7" }, { created: 4 }] });
    const { documents, returned, scans } = await examined(either);
    expect({ returned, scans }).toEqual({ returned: 44, scans: false });
    expect(documents).toBeLessThan(50);
  });

  test("a partial index is not used for what it may not hold", async () => {
    await using store = await seeded();
    expect(await store.table.find({ name: "n7" }).toArray()).toHaveLength(1);
  });

  test("what no index serves is found all the same", async () => {
    await using store = await seeded();
    expect(await examined(store.table.find({ current: true, name: { $type: "int" } }))).toMatchObject({ returned: 0 });
    const sorted = await store.table.find({ proj: "p4" }).sort({ name: 1 }).limit(2).toArray();
    expect(sorted.map(({ name }) => name)).toEqual(["n1004", "n1014"]);
  });
});
