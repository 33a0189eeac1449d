import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const CHANGES = /* GraphQL */ `
  subscription Changes($types: [RecordType!], $proj: String, $model: String, $after: String) {
    recordChanged(types: $types, proj: $proj, model: $model, after: $after) {
      action
      recordId
      type
      key
      version
      by
      changedFields
      cursor
      record {
        id
        ... on Dataset {
          superseded
        }
      }
    }
  }
`;

const follow = (app: TestApp, variableValues: Record<string, unknown> = {}) => app.subscribe(CHANGES, variableValues);

const changesIn = (answers: { data: { recordChanged: object } }[]) => answers.map(({ data }) => data?.recordChanged);

test("a record is heard when it is made, changed and deleted", async () => {
  await using app = await openTestApp();
  const heard = await follow(app, { types: ["MODEL"] });
  const { id, name } = await app.seed.model();
  await app.seed.project();
  await app.seed.mutate("updateModel", "UpdateModelInput", { name, desc: "Flowers" });
  await app.seed.mutate("deleteModel", "DeleteModelInput", { name }, "id");

  expect(changesIn(await heard.take(4))).toMatchObject([
    { action: "CREATED", recordId: id, type: "MODEL", key: [name], version: 1, by: "local", changedFields: [] },
    { action: "CHANGED", version: 2, changedFields: ["desc"] },
    { action: "CHANGED", version: 3, changedFields: ["deleting"] },
    { action: "DELETED", version: 4, record: null, changedFields: [] },
  ]);
});

test("a record that takes a name supersedes the one that had it", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const first = await app.seed.dataset({ model, name: "iris" });
  const heard = await follow(app, { types: ["DATASET"], model });
  const second = await app.seed.dataset({ model, name: "iris", files: [{ name: "measures.csv", text: "1\n" }] });

  const changes = changesIn(await heard.take(4));

  expect(changes).toMatchObject([
    { action: "CREATED", recordId: second.id },
    { action: "CHANGED", recordId: second.id, changedFields: ["uploads"] },
    { action: "SUPERSEDED", recordId: first.id, record: { id: first.id, superseded: true } },
    { action: "CHANGED", recordId: second.id, changedFields: ["state", "superseded"] },
  ]);
});
