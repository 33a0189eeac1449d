import { expect, test } from "vitest";
import { sendMutation } from "./support/every-mutation.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const FILES = [{ name: "measures.csv", text: "5.1,3.5" }];

const createModel = (app: TestApp, input: object, caller?: string) =>
  sendMutation(app, "createModel", input, "id name desc", caller);

test("another input under the same key is a conflict, whichever mutation it goes to", async () => {
  await using app = await openTestApp();
  await createModel(app, { name: "one", idempotencyKey: "once" });

  const answers = [
    await createModel(app, { name: "two", idempotencyKey: "once" }),
    await createModel(app, { name: "one", desc: "more", idempotencyKey: "once" }),
    await sendMutation(app, "createProject", { name: "one", idempotencyKey: "once" }, "id"),
  ];

  const refused = [{ extensions: { code: "CONFLICT", path: ["input", "idempotencyKey"] } }];
  expect(answers.map(({ errors }) => errors)).toMatchObject([refused, refused, refused]);
});

test("the keys of two callers do not meet", async () => {
  await using app = await openTestApp();

  const one = await createModel(app, { name: "one", idempotencyKey: "once" }, "anna");
  const two = await createModel(app, { name: "two", idempotencyKey: "once" }, "bert");

  expect([one.data.createModel.name, two.data.createModel.name]).toEqual(["one", "two"]);
});

test("a refused request leaves its key free", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();

  const refused = await createModel(app, { name, idempotencyKey: "once" });
  const made = await createModel(app, { name: "free", idempotencyKey: "once" });

  expect(refused.errors).toMatchObject([{ extensions: { code: "ALREADY_EXISTS" } }]);
  expect(made.data.createModel.name).toBe("free");
});

test("a repeat answers with the record as it is, and says so where it has been deleted", async () => {
  await using app = await openTestApp();
  const value = { name: "one", desc: "old", idempotencyKey: "once" };
  await createModel(app, value);

  await app.seed.mutate("updateModel", "UpdateModelInput", { name: "one", desc: "new" });
  expect((await createModel(app, value)).data.createModel.desc).toBe("new");
  await app.seed.mutate("deleteModel", "DeleteModelInput", { name: "one" }, "done");

  expect((await createModel(app, value)).errors).toMatchObject([{ extensions: { code: "NOT_FOUND" } }]);
});

test("a repeat finishes what a crash between the record and its content left", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const value = { model, files: FILES, idempotencyKey: "once" };
  const create = () => sendMutation(app, "createDataset", value, "id name state");
  const { data } = await create();
  const { id } = data.createDataset;
  const asBefore = { $set: { state: "PENDING", received: [] }, $unset: { seq: 1, superseded: 1 } };
  await app.app.store.datasets.collection.updateOne({ _id: id }, asBefore);

  expect((await create()).data.createDataset).toMatchObject({ id, state: "READY" });
});

test("a record forgets keys after a day, so that it does not grow with every change", async () => {
  await using app = await openTestApp();
  const { id, name } = await app.seed.model({ idempotencyKey: "old" });
  const aged = { $set: { "used_keys.0.at": new Date(Date.now() - 25 * 3_600_000) } };
  await app.app.store.models.updateOne({ _id: id }, aged);

  await app.seed.mutate("updateModel", "UpdateModelInput", { name, desc: "new", idempotencyKey: "new" });

  const { used_keys } = (await app.app.store.models.findOne({ _id: id }).lean())!;
  expect(used_keys).toMatchObject([{ key: "local\u001fnew" }]);
});
