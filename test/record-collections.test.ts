import { expect, test } from "vitest";
import { KINDS } from "../src/graph/id.js";
import { RECORD_KINDS } from "../src/kinds.js";
import { indexesOf } from "../src/open-store.js";
import { openTestApp } from "./support/open-test-app.js";

test("the indexes that are made are those of the models, which are made later", async () => {
  await using app = await openTestApp();
  const { byKind } = app.app.store;

  const declared = KINDS.map((kind) => indexesOf(RECORD_KINDS[kind].record).map(({ fields }) => fields));

  expect(declared).toEqual(KINDS.map((kind) => byKind[kind].schema.indexes().map((index: unknown[]) => index[0])));
});

test("each kind has one collection, with and without its model", async () => {
  await using app = await openTestApp();
  const { byKind, collectionOf } = app.app.store;

  expect(KINDS.map((kind) => collectionOf(kind).collectionName)).toEqual(
    KINDS.map((kind) => byKind[kind].collection.collectionName),
  );
});
