import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Answer } from "./support/told.js";

interface Mutation {
  readonly name: string;
  readonly input: string;
  readonly fields: string;
  readonly of: (names: { proj: string; model: string }) => object;
  /** Changes of the record that one effect consists of. */
  readonly writes: number;
}

const mutation = (name: string, input: string, of: Mutation["of"], fields = "id"): Mutation => ({
  name,
  input,
  of,
  fields,
  // A deletion marks the record before it goes.
  writes: name.startsWith("delete") ? 2 : 1,
});
const FILES = [{ name: "measures.csv", text: "5.1,3.5" }];
const CHEST = { username: "flora", password: "correct horse" };

/** What each mutation is sent; names are made up by the server where one is left out. */
const MUTATIONS: Mutation[] = [
  mutation("createModel", "CreateModelInput", () => ({ desc: "one" }), "id name desc"),
  mutation("updateModel", "UpdateModelInput", ({ model }) => ({ name: model, desc: "new" }), "id desc modifiedAt"),
  mutation("createProject", "CreateProjectInput", ({ model }) => ({ models: [model] }), "id name models { name }"),
  mutation("updateProject", "UpdateProjectInput", ({ proj }) => ({ name: proj, desc: "new" }), "id desc modifiedAt"),
  mutation("createDataset", "CreateDatasetInput", ({ model }) => ({ model, files: FILES }), "id name state"),
  mutation(
    "updateDataset",
    "UpdateDatasetInput",
    ({ model }) => ({ model, name: "iris", details: { a: 1 } }),
    "id details modifiedAt",
  ),
  mutation(
    "publishModelVersion",
    "PublishModelVersionInput",
    ({ model }) => ({ model, files: FILES }),
    "id name state",
  ),
  mutation(
    "updateModelVersion",
    "UpdateModelVersionInput",
    ({ model }) => ({ model, name: "clf", aliases: ["live"] }),
    "id aliases modifiedAt",
  ),
  mutation("createTreasureChest", "CreateTreasureChestInput", () => CHEST, "id name"),
  mutation("updateTreasureChest", "UpdateTreasureChestInput", () => ({ name: "chest", ...CHEST }), "id modifiedAt"),
  mutation("startTraining", "StartTrainingInput", ({ proj }) => ({ proj, notebook: "train.ipynb" }), "id name"),
  mutation(
    "updateTraining",
    "UpdateTrainingInput",
    ({ proj }) => ({ proj, name: "known", details: { a: 1 } }),
    "id details",
  ),
  mutation("cancelTraining", "CancelTrainingInput", ({ proj }) => ({ proj, name: "known" })),
  mutation("buildProject", "BuildProjectInput", ({ proj }) => ({ proj, tag: "next", from: "GIT" })),
  mutation(
    "deploy",
    "DeployInput",
    ({ proj }) => ({ proj, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 0 }),
    "id name",
  ),
  mutation("undeploy", "UndeployInput", ({ proj }) => ({ proj, name: "served" }), "id replicas"),
  mutation("deleteDataset", "DeleteDatasetInput", ({ model }) => ({ model, name: "iris" }), "id done"),
  mutation("deleteModelVersion", "DeleteModelVersionInput", ({ model }) => ({ model, name: "clf" }), "id done"),
  mutation("deleteTreasureChest", "DeleteTreasureChestInput", () => ({ name: "chest" }), "id done"),
  mutation("deleteModel", "DeleteModelInput", () => ({ name: "lonely" }), "id done"),
];

/** A little of everything. */
async function seeded(app: TestApp) {
  const { proj, model } = await builtProject(app);
  const names = { proj: proj.name, model: model.name };
  await app.seed.mutate("updateProject", "UpdateProjectInput", {
    name: proj.name,
    gitRepo: "https://git.example.org/flora",
  });
  await app.seed.model({ name: "lonely" });
  await app.seed.dataset({ model: model.name, name: "iris" });
  await app.seed.modelVersion({ model: model.name, name: "clf" });
  await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", { name: "chest", ...CHEST });
  await app.seed.mutate("startTraining", "StartTrainingInput", {
    proj: proj.name,
    name: "known",
    notebook: "train.ipynb",
  });
  await app.seed.mutate("deploy", "DeployInput", {
    proj: proj.name,
    name: "served",
    tag: "latest",
    notebook: "predict.ipynb",
    replicas: 0,
  });
  return names;
}

const send = (app: TestApp, { name, input, fields }: Mutation, value: object, caller?: string): Promise<Answer> =>
  app.execute(`mutation Send($input: ${input}!) { ${name}(input: $input) { ${fields} } }`, { input: value }, caller);

/** How many changes of the record a caller made. */
async function changes({ app, settled }: TestApp, record: string, caller: string): Promise<number> {
  await settled();
  return app.store.events.countDocuments({ record, caller });
}

test.each(MUTATIONS)(
  "$name sent ten times with one key, eight at once, has one effect and one answer",
  async (each) => {
    await using app = await openTestApp();
    const value = { ...each.of(await seeded(app)), idempotencyKey: "once" };
    const sent = () => send(app, each, value, "sender");

    const answers = await Promise.all(Array.from({ length: 8 }, sent));
    answers.push(await sent(), await sent());

    expect(answers[0]!.errors).toBeUndefined();
    expect(answers).toEqual(Array(10).fill(answers[0]));
    expect(await changes(app, answers[0]!.data[each.name].id, "sender")).toBe(each.writes);
  },
);

test("another input under the same key is a conflict, whichever mutation it goes to", async () => {
  await using app = await openTestApp();
  const [createModel, , createProject] = MUTATIONS as [Mutation, Mutation, Mutation];
  await send(app, createModel, { name: "one", idempotencyKey: "once" });

  const answers = [
    await send(app, createModel, { name: "two", idempotencyKey: "once" }),
    await send(app, createModel, { name: "one", desc: "more", idempotencyKey: "once" }),
    await send(app, createProject, { name: "one", idempotencyKey: "once" }),
  ];

  const refused = [{ extensions: { code: "CONFLICT", path: ["input", "idempotencyKey"] } }];
  expect(answers.map(({ errors }) => errors)).toMatchObject([refused, refused, refused]);
});

test("the keys of two callers do not meet", async () => {
  await using app = await openTestApp();
  const [createModel] = MUTATIONS as [Mutation];

  const one = await send(app, createModel, { name: "one", idempotencyKey: "once" }, "anna");
  const two = await send(app, createModel, { name: "two", idempotencyKey: "once" }, "bert");

  expect([one.data.createModel.name, two.data.createModel.name]).toEqual(["one", "two"]);
});

test("a refused request leaves its key free", async () => {
  await using app = await openTestApp();
  const [createModel] = MUTATIONS as [Mutation];
  const { name } = await app.seed.model();

  const refused = await send(app, createModel, { name, idempotencyKey: "once" });
  const made = await send(app, createModel, { name: "free", idempotencyKey: "once" });

  expect(refused.errors).toMatchObject([{ extensions: { code: "ALREADY_EXISTS" } }]);
  expect(made.data.createModel.name).toBe("free");
});

test("a repeat answers with the record as it is, and says so where it has been deleted", async () => {
  await using app = await openTestApp();
  const [createModel] = MUTATIONS as [Mutation];
  const value = { name: "one", desc: "old", idempotencyKey: "once" };
  await send(app, createModel, value);

  await app.seed.mutate("updateModel", "UpdateModelInput", { name: "one", desc: "new" });
  expect((await send(app, createModel, value)).data.createModel.desc).toBe("new");
  await app.seed.mutate("deleteModel", "DeleteModelInput", { name: "one" }, "done");

  expect((await send(app, createModel, value)).errors).toMatchObject([{ extensions: { code: "NOT_FOUND" } }]);
});

test("a repeat finishes what a crash between the record and its content left", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const create = MUTATIONS.find(({ name }) => name === "createDataset")!;
  const value = { model, files: FILES, idempotencyKey: "once" };
  const { data } = await send(app, create, value);
  const { id } = data.createDataset;
  const asBefore = { $set: { state: "PENDING", received: [] }, $unset: { seq: 1, superseded: 1 } };
  await app.app.store.datasets.collection.updateOne({ _id: id }, asBefore);

  expect((await send(app, create, value)).data.createDataset).toMatchObject({ id, state: "READY" });
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
