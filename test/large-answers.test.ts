import { expect, test } from "vitest";
import { newId } from "../src/graph/id.js";
import { openTestApp } from "./support/open-test-app.js";
import { openWatch } from "./support/watched.js";

/** More than the 16 MiB that the store sends in one reply. */
const RECORDS = 400;
const NOTE = "x".repeat(60_000);

test("a page that does not fit into one reply of the store is whole", async () => {
  await using app = await openTestApp({ ROCAS_MAX_PAGE: "500" });
  const { name: model } = await app.seed.model();
  const { collection } = app.app.store.datasets;
  const record = await collection.findOne({ _id: (await app.seed.dataset({ model })).id as never });
  const copies = Array.from({ length: RECORDS }, (_, n) => {
    const name = `copy-${n}`;
    return { ...record, _id: newId("dataset"), key: `${model}\u001f${name}`, name, details: { note: NOTE, n } };
  });
  await collection.insertMany(copies as never);

  await using watch = await openWatch(app.app, app.schema);
  const { data, commands } = await watch.ask({ source: "{ datasets(first: 500) { nodes { name details } } }" });

  // The reply that does not hold all leaves nothing open in the store.
  expect(commands).toContain("killCursors datasets");
  const nodes = data.datasets.nodes as { name: string; details: { note: string; n: number } }[];
  expect(nodes).toHaveLength(RECORDS + 1);
  expect(nodes.every(({ details }) => details.n === undefined || details.note === NOTE)).toBe(true);
});
