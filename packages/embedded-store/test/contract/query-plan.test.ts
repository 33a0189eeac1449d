import type { mongo } from "mongoose";
import { expect, test } from "vitest";
import { eachStore } from "../support/each-store.js";

interface Row {
  _id: string;
  superseded: boolean;
  proj: string;
  name: string;
  created_at: Date;
  details: { k: unknown };
}

const COUNT = 4800;
const idAt = (at: number): string => `r_${String(at).padStart(6, "0")}`;
const nameAt = (at: number): string => `n${String(at).padStart(4, "0")}`;
const timeAt = (at: number): Date => new Date(1e12 + Math.floor(at / 3) * 1000);

const rows = Array.from({ length: COUNT }, (_, at): Row => ({
  _id: idAt(at),
  superseded: at % 6 === 5,
  proj: `p${at % 10}`,
  name: nameAt((at * 7919) % 500),
  created_at: timeAt(at),
  details: { k: at % 4 === 0 ? "s" : at },
}));

const current = { superseded: false };
const PAGE = 21;
const MIDDLE = COUNT / 2;

/** What comes after a row in the order of a field and the id, said so that an index can begin there. */
const after = (field: "name" | "created_at", value: unknown, id: string, direction: 1 | -1): object => {
  const [beyond, from] = direction === 1 ? ["$gt", "$gte"] : ["$lt", "$lte"];
  return {
    [field]: { [from]: value },
    $or: [{ [field]: { [beyond]: value } }, { [field]: value, _id: { [beyond]: id } }],
  };
};

eachStore((database) => {
  const seeded = async () => {
    const own = database();
    const table = own.db.collection<Row>("rows");
    await table.createIndexes([
      { key: { superseded: 1, _id: -1 } },
      { key: { superseded: 1, name: 1, _id: 1 } },
      { key: { proj: 1, superseded: 1, _id: -1 } },
      { key: { superseded: 1, created_at: 1, _id: 1 } },
    ]);
    await table.insertMany(rows);
    const page = async (filter: mongo.Filter<Row>, sort: Record<string, 1 | -1>) => {
      const cursor = (): mongo.FindCursor<mongo.WithId<Row>> => table.find(filter).sort(sort).limit(PAGE);
      const told = await cursor().explain("executionStats");
      const { totalDocsExamined: examined } = told.executionStats as { totalDocsExamined: number };
      return { examined, ids: (await cursor().toArray()).map(({ _id }) => _id) };
    };
    return { ...own, table, page };
  };
  type Keys = (row: Row) => readonly (string | number)[];
  const compared = (left: readonly (string | number)[], right: readonly (string | number)[]): number => {
    const at = left.findIndex((each, index) => each !== right[index]);
    return at < 0 ? 0 : left[at]! < right[at]! ? -1 : 1;
  };
  /** The page as reading everything would find it. */
  const expected = (passes: (row: Row) => boolean, keys: Keys, direction: 1 | -1): string[] =>
    rows
      .filter((row) => !row.superseded && passes(row))
      .sort((a, b) => compared(keys(a), keys(b)) * direction)
      .slice(0, PAGE)
      .map(({ _id }) => _id);
  const byId: Keys = ({ _id }) => [_id];
  const byName: Keys = ({ name, _id }) => [name, _id];
  const byTime: Keys = ({ created_at, _id }) => [created_at.getTime(), _id];

  test("an equality in the order of ids reads one page, in both directions", async () => {
    await using store = await seeded();
    const ofProject = { ...current, proj: "p3" };
    expect(await store.page(ofProject, { _id: -1 })).toEqual({
      examined: PAGE,
      ids: expected(({ proj }) => proj === "p3", byId, -1),
    });
    expect(await store.page({ ...ofProject, _id: { $gt: idAt(MIDDLE) } }, { _id: 1 })).toEqual({
      examined: PAGE,
      ids: expected(({ proj, _id }) => proj === "p3" && _id > idAt(MIDDLE), byId, 1),
    });
    expect((await store.page(current, { _id: -1 })).examined).toBe(PAGE);
  });

  test("names from a list and within a range are read in their order, in both directions", async () => {
    await using store = await seeded();
    const names = [nameAt(3), nameAt(77), nameAt(400)];
    const listed = { ...current, name: { $in: names } };
    const isListed = ({ name }: Row): boolean => names.includes(name);
    expect(await store.page(listed, { name: 1, _id: 1 })).toEqual({
      examined: PAGE,
      ids: expected(isListed, byName, 1),
    });
    expect((await store.page(listed, { _id: -1 })).ids).toEqual(expected(isListed, byId, -1));
    const begun = { ...current, name: { $gte: "n01", $lt: "n02" } };
    expect(await store.page(begun, { name: -1, _id: -1 })).toEqual({
      examined: PAGE,
      ids: expected(({ name }) => name.startsWith("n01"), byName, -1),
    });
  });

  test("a page after a key reads little more than the page, in both directions", async () => {
    await using store = await seeded();
    const [name, id, time] = [nameAt(250), idAt(MIDDLE), timeAt(MIDDLE)];
    const names = await store.page({ ...current, ...after("name", name, id, 1) }, { name: 1, _id: 1 });
    expect(names.ids).toEqual(expected((row) => compared(byName(row), [name, id]) > 0, byName, 1));
    const back = await store.page({ ...current, ...after("name", name, id, -1) }, { name: -1, _id: -1 });
    expect(back.ids).toEqual(expected((row) => compared(byName(row), [name, id]) < 0, byName, -1));
    const latest = await store.page(
      { $and: [{ ...current, created_at: { $gte: timeAt(9) } }, after("created_at", time, id, -1)] },
      { created_at: -1, _id: -1 },
    );
    const isEarlier = (row: Row): boolean => row.created_at >= timeAt(9) && compared(byTime(row), [+time, id]) < 0;
    expect(latest.ids).toEqual(expected(isEarlier, byTime, -1));
    expect(Math.max(names.examined, back.examined, latest.examined)).toBeLessThan(PAGE * 2);
  });

  test("an expression beside indexed conditions costs what it leaves out, not the collection", async () => {
    await using store = await seeded();
    const isText = { $expr: { $eq: [{ $type: { $getField: { field: "k", input: "$details" } } }, "string"] } };
    const [name, id] = [nameAt(250), idAt(MIDDLE)];
    const filter = { ...current, ...isText, ...after("name", name, id, 1) };
    const { examined, ids } = await store.page(filter, { name: 1, _id: 1 });
    const isFurther = (row: Row): boolean => compared(byName(row), [name, id]) > 0;
    expect(ids).toEqual(expected((row) => row.details.k === "s" && isFurther(row), byName, 1));
    expect(examined).toBeLessThan(PAGE * 8);
  });

  test("what stands together at the far end of an order is found without reading all", async () => {
    await using store = await seeded();
    const early = { ...current, created_at: { $lt: timeAt(900) } };
    const { examined, ids } = await store.page(early, { _id: -1 });
    expect(ids).toEqual(expected(({ created_at }) => created_at < timeAt(900), byId, -1));
    expect(examined).toBeLessThan(2000);
  });
});
