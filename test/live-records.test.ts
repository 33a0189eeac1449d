import { expect, test } from "vitest";
import type { Answer } from "./support/told.js";
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

const changesIn = (answers: Answer[]) => answers.map(({ data }) => data?.recordChanged);

test("an event comes when a record is made, changed and deleted", async () => {
  await using app = await openTestApp();
  const subscription = await follow(app, { types: ["MODEL"] });
  const { id, name } = await app.seed.model();
  await app.seed.project();
  await app.seed.mutate("updateModel", "UpdateModelInput", { name, desc: "Flowers" });
  await app.seed.mutate("deleteModel", "DeleteModelInput", { name }, "id");

  expect(changesIn(await subscription.take(4))).toMatchObject([
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
  const subscription = await follow(app, { types: ["DATASET"], model });
  const second = await app.seed.dataset({ model, name: "iris", files: [{ name: "measures.csv", text: "1\n" }] });

  const changes = changesIn(await subscription.take(4));

  expect(changes).toMatchObject([
    { action: "CREATED", recordId: second.id },
    { action: "CHANGED", recordId: second.id, changedFields: ["uploads"] },
    { action: "SUPERSEDED", recordId: first.id, record: { id: first.id, superseded: true } },
    { action: "CHANGED", recordId: second.id, changedFields: ["state", "superseded"] },
  ]);
});

test("a project has the events of its own records, and of the models that it uses at the time", async () => {
  await using app = await openTestApp();
  const used = await app.seed.model();
  const { name: proj } = await app.seed.project({ models: [used.name] });
  const other = await app.seed.model();
  const subscription = await follow(app, { proj });
  await app.seed.project();
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: other.name, desc: "not yet" });
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: used.name, desc: "used" });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj, models: [other.name] });
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: used.name, desc: "used no more" });
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: other.name, desc: "used" });

  expect(changesIn(await subscription.take(3))).toMatchObject([
    { type: "MODEL", key: [used.name], changedFields: ["desc"] },
    { type: "PROJECT", key: [proj], changedFields: ["models"] },
    { type: "MODEL", key: [other.name], changedFields: ["desc"] },
  ]);
});

test("with a project and a model, the events begin once the project uses the model", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { name: proj } = await app.seed.project();
  const subscription = await follow(app, { proj, model });
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model, desc: "not yet" });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj, models: [model] });
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model, desc: "used" });

  expect(changesIn(await subscription.take(1))).toMatchObject([{ type: "MODEL", key: [model], version: 3 }]);
});

test("changes of several records, one after another, come in that order", async () => {
  await using app = await openTestApp();
  const [{ name: model }, { name: proj }] = [await app.seed.model(), await app.seed.project()];
  const subscription = await follow(app);
  const done = Array.from({ length: 30 }, (_, turn) => (turn % 3 === 1 ? proj : model));
  for (const [turn, name] of done.entries())
    await (name === proj
      ? app.seed.mutate("updateProject", "UpdateProjectInput", { name, desc: `turn ${turn}` })
      : app.seed.mutate("updateModel", "UpdateModelInput", { name, desc: `turn ${turn}` }));

  const changes = changesIn(await subscription.take(30));

  expect(changes.map(({ key }) => key[0])).toEqual(done);
});

test("the events of a build come to its project to the end, though its key does not name it", async () => {
  await using app = await openTestApp();
  const { name: proj } = await app.seed.project({ dockerRepo: "nowhere/none" });
  const subscription = await follow(app, { proj, types: ["BUILD"] });
  const input = { proj, tag: "latest", from: "PRE_BUILT" };
  const { id } = await app.seed.mutate("buildProject", "BuildProjectInput", input, "id");
  await app.settled();
  await app.seed.mutate("deleteProject", "DeleteProjectInput", { name: proj, cascade: true }, "id");

  const changes = changesIn(await subscription.take(5));

  expect(changes).toMatchObject([
    { action: "CREATED", recordId: id, by: "local" },
    { action: "CHANGED", changedFields: ["task"], by: "rocas" },
    { action: "CHANGED", changedFields: ["task"] },
    { action: "CHANGED", changedFields: [] },
    { action: "DELETED", recordId: id },
  ]);
});

test("events of a treasure chest have no secret and no internal field of the store", async () => {
  await using app = await openTestApp();
  const subscription = await follow(app, { types: ["TREASURE_CHEST"] });
  const secret = { username: "flora", password: "correct horse" };
  const { name } = await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", secret);
  await app.seed.mutate("updateTreasureChest", "UpdateTreasureChestInput", {
    name,
    username: "flora",
    password: "battery staple",
    idempotencyKey: "once",
  });

  const received = await subscription.take(2);

  expect(JSON.stringify(received)).not.toMatch(/horse|staple|once|outbox|used_keys|secret_version|revision_id/);
  const events = await app.app.store.events.find({}).toArray();
  expect(JSON.stringify(events)).not.toMatch(/horse|staple/);
});

test("after a cursor nothing is lost and nothing repeated, however much there was", async () => {
  await using app = await openTestApp();
  const models = await Promise.all(Array.from({ length: 10 }, () => app.seed.model()));
  await app.settled();
  const update = ({ name }: { name: string }, desc: number) =>
    app.seed.mutate("updateModel", "UpdateModelInput", { name, desc: `${desc}` });
  const updateAll = async (from: number, to: number) => {
    for (let desc = from; desc < to; desc += 1) await Promise.all(models.map((each) => update(each, desc)));
  };
  const first = await follow(app, { types: ["MODEL"] });
  await updateAll(0, 1);
  const after = changesIn(await first.take(10))[9]?.cursor;
  await first.return();
  await app.seed.project();
  await updateAll(1, 101);

  const second = await follow(app, { types: ["MODEL"], after });
  const soFar = changesIn(await second.take(700));
  await updateAll(101, 111);
  const changes = [...soFar, ...changesIn(await second.take(400))];
  await second.return();

  const versions = models.map(({ id }) => changes.filter((each) => each.recordId === id).map((each) => each.version));
  expect(versions).toEqual(models.map(() => Array.from({ length: 110 }, (_, at) => at + 3)));
  expect(app.app.live).toMatchObject({ subscriptions: 0, events: { subscriberCount: 0, isOpen: false } });
}, 120_000);

test("after the change of a record that lost its name comes that of its successor, also after a break", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  await app.seed.dataset({ model, name: "iris" });
  await app.settled();
  const subscription = await follow(app, { model });
  const { id } = await app.seed.dataset({ model, name: "iris", files: [{ name: "measures.csv", text: "1\n" }] });
  const superseded = changesIn(await subscription.take(3))[2];
  await subscription.return();
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model, desc: "next" });

  const again = await follow(app, { model, after: superseded.cursor });
  const changes = changesIn(await again.take(2));

  expect(superseded.action).toBe("SUPERSEDED");
  expect(changes).toMatchObject([
    { action: "CHANGED", recordId: id, changedFields: ["state", "superseded"] },
    { action: "CHANGED", type: "MODEL" },
  ]);
});

test.each([
  [{ after: "nonsense" }, "BAD_USER_INPUT"],
  [{ after: "" }, "BAD_USER_INPUT"],
  [{ proj: "nonsense" }, "NOT_FOUND"],
  [{ model: "nonsense" }, "NOT_FOUND"],
])("with %j no change comes: %s", async (variables, code) => {
  await using app = await openTestApp();

  const [answer] = await (await follow(app, variables)).take(2);

  expect(answer).toMatchObject({ errors: [{ extensions: { code } }] });
  expect(app.app.live).toMatchObject({ subscriptions: 0, events: { subscriberCount: 0 } });
});
