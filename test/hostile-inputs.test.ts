import { coerceInputValue, type GraphQLInputType } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

// One app for all: nothing that is refused leaves a trace, which the last test looks at.
let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  await app.seed.model({ name: "flora" });
});
afterAll(() => app[Symbol.asyncDispose]());

const MODEL = `mutation ($input: CreateModelInput!) { createModel(input: $input) { name desc modelFiles { name } } }`;
const DATASET = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id name details } }`;

const model = (input: object) => app.execute(MODEL, { input });
const dataset = (details: unknown) => app.execute(DATASET, { input: { model: "flora", stored: false, details } });

const nested = (depth: number): Record<string, unknown> => (depth === 1 ? {} : { a: nested(depth - 1) });
const wide = (values: number) => ({ list: Array.from({ length: values - 2 }, () => 1) });
const long = (bytes: number) => ({ text: "x".repeat(bytes - JSON.stringify({ text: "" }).length) });
const parsed = (text: string): unknown => JSON.parse(text);

test.each([
  ["a", 1],
  "a name",
  "name.",
  "-name",
  "name-",
  "na--me\u0000",
  "",
  "x".repeat(65),
  "a/b",
  "a\\b",
  "..",
  "a\u202Eb",
  "a\uD800",
  "ä",
  "a\n",
  "$where",
  { $ne: null },
  12,
  true,
  "Ａ",
])("the name %j is refused", async (name) => {
  const { errors } = await model({ name });
  expect(errors).toHaveLength(1);
  expect(errors![0]!.message).not.toMatch(/\u202E|\uD800|\$where/);
});

test.each(["a", "A-1", "0", "x".repeat(64), "na--me", "constructor", "toString", "hasOwnProperty"])(
  "the name %s is kept",
  async (name) => {
    expect((await model({ name })).data.createModel.name).toBe(name);
    expect((await app.execute(`query ($name: String!) { model(name: $name) { name } }`, { name })).data.model).toEqual({
      name,
    });
  },
);

test.each(["a\u0000b", "a\u202Eb", "\uD800", "e\u0301", "a\u001bb", "x".repeat(513)])(
  "the description %j is refused",
  async (desc) => {
    expect((await model({ desc })).errors).toHaveLength(1);
  },
);

test.each([
  "",
  "Zwei\nZeilen\tText",
  "é",
  "日本語",
  "😀".repeat(512),
  "$set",
  '{"$ne":null}',
  "<script>alert(1)</script>",
])("the description %j is kept as it is", async (desc) => {
  expect((await model({ desc })).data.createModel.desc).toBe(desc);
});

test.each([
  ["a key with NUL", { "a\u0000b": 1 }],
  ["an operator as key", { $rename: { a: "b" } }],
  ["an operator deep inside", { a: [{ b: { $where: "1" } }] }],
  ["__proto__", parsed(`{"__proto__":{"polluted":1}}`)],
  ["__proto__ deep inside", parsed(`{"a":[{"__proto__":{"polluted":1}}]}`)],
  ["constructor", parsed(`{"constructor":{"prototype":{"polluted":1}}}`)],
  ["a type of the driver", { _bsontype: "Code", code: "x" }],
  ["an empty key", { "": 1 }],
  ["a key of 65 characters", { ["x".repeat(65)]: 1 }],
  ["a key that is not NFC", { "e\u0301": 1 }],
  ["a key with half a character", { "\uD800": 1 }],
  ["a text with half a character", { a: "\uD800" }],
  ["17 levels", nested(17)],
  ["20,000 levels", parsed(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`)],
  ["2,001 values", wide(2_001)],
  ["64 KiB and one byte", long(64 * 1024 + 1)],
  ["a list", [1]],
  ["a text", "a"],
  ["a number that is none", { a: Number.NaN }],
  ["an endless number", { a: Number.POSITIVE_INFINITY }],
])("details with %s are refused", async (_what, details) => {
  const { errors } = await dataset(details);
  expect(errors).toHaveLength(1);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  ["16 levels", nested(16)],
  ["2,000 values", wide(2_000)],
  ["64 KiB", long(64 * 1024)],
  [
    "honest keys",
    { "python.version": "3.11", "Iris setosa": 50, "0": true, "task.state": null, ü: [1.5, -0.25, [[]]] },
  ],
  ["names of JavaScript", { toString: 1, hasOwnProperty: 2, length: 3, then: 4 }],
  ["nothing", {}],
])("details with %s are kept as they are", async (_what, details) => {
  expect((await dataset(details)).data.createDataset.details).toEqual(details);
});

test("numbers that no double can hold exactly are answered as they are kept", async () => {
  const { data } = await app.execute(
    `mutation { createDataset(input: { model: "flora", stored: false, details: { big: 9007199254740991, small: 5e-324 } }) { details } }`,
  );
  expect(data.createDataset.details).toEqual({ big: 9007199254740991, small: 5e-324 });
});

test.each(["{ a: 1e400 }", "{ a: -1e400 }", "{ __proto__: { polluted: 1 } }", "{ _bsontype: 1 }", "[1]", "1"])(
  "details written as %s in a document are refused",
  async (details) => {
    const { errors } = await app.execute(
      `mutation { createDataset(input: { model: "flora", stored: false, details: ${details} }) { id } }`,
    );
    expect(errors).toHaveLength(1);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  },
);

test.each([1.5, 2 ** 53, -1, "3", Number.NaN])("the file size %j is refused", async (size) => {
  const files = [{ name: "a", size, sha256: "a".repeat(64) }];
  expect((await app.execute(DATASET, { input: { model: "flora", files } })).errors).toHaveLength(1);
});

test.each(["A".repeat(64), "a".repeat(63), `${"a".repeat(63)}g`, "../../etc/passwd", ""])(
  "the hash %j is refused",
  async (sha256) => {
    const files = [{ name: "a", size: 1, sha256 }];
    expect((await app.execute(DATASET, { input: { model: "flora", files } })).errors).toHaveLength(1);
  },
);

test.each([
  ["models", { name: { $ne: null } }],
  ["models", { name: { ne: null } }],
  ["models", { name: ["a", "b"] }],
  ["models", { $where: "sleep(5000)" }],
  ["models", { $expr: { $function: { body: "x", args: [], lang: "js" } } }],
  ["models", { name: { eq: { $gt: "" } } }],
  ["models", { name: { in: [{ $gt: "" }] } }],
  ["datasets", { model: { $nor: [{}] } }],
])("the filter of %s with %j is refused", async (list, filter) => {
  const type = list === "models" ? "ModelFilter" : "DatasetFilter";
  const { errors } = await app.execute(`query ($filter: ${type}) { ${list}(filter: $filter) { totalCount } }`, {
    filter,
  });
  expect(errors?.length).toBeGreaterThan(0);
});

test.each(["$ne", "{}", "__proto__", "constructor ", "[object Object]"])(
  "the name %j in a query finds nobody",
  async (name) => {
    const { data } = await app.execute(
      `query ($name: String!) { model(name: $name) { id } models(filter: { name: { eq: $name } }) { totalCount } }`,
      { name },
    );
    expect(data).toEqual({ model: null, models: { totalCount: 0 } });
  },
);

test.each(["flora\u0000", "flora\u001fx", "flora\u202e"])("a filter by the name %j is refused", async (name) => {
  const query = `query ($name: String!) { models(filter: { name: { eq: $name } }) { totalCount } }`;
  expect((await app.execute(query, { name })).errors).toMatchObject([
    { extensions: { code: "BAD_USER_INPUT", path: ["filter", "name"] } },
  ]);
});

test("a separator in a name reaches no record of another parent", async () => {
  await app.seed.dataset({ model: "flora", name: "iris" });
  const { data } = await app.execute(
    `query ($model: String!, $name: String!) { dataset(model: $model, name: $name) { id } model(name: $joined) { id } }`.replace(
      "$name: String!)",
      "$name: String!, $joined: String!)",
    ),
    { model: "", name: "flora\u001firis", joined: "flora\u001firis" },
  );
  expect(data).toEqual({ dataset: null, model: null });
});

test.each([
  ["CreateModelInput", { id: "model_00000000000000000000000000" }],
  ["CreateModelInput", { _id: "x" }],
  ["CreateModelInput", { createdBy: "root" }],
  ["CreateModelInput", { model_files: [] }],
  ["CreateModelInput", { version: 7 }],
  ["CreateDatasetInput", { model: "flora", state: "READY" }],
  ["CreateDatasetInput", { model: "flora", received: ["a"] }],
  ["CreateDatasetInput", { model: "flora", seq: 9 }],
  ["PublishModelVersionInput", { model: "flora", train: { name: "x" } }],
  ["PublishModelVersionInput", { model: "flora", archive: { size: 1, sha256: "a".repeat(64) } }],
  ["PublishModelVersionInput", { model: "flora", aliases: ["live"] }],
  ["StartTrainingInput", { proj: "x", notebook: "a.ipynb", task: { state: "FINISHED" } }],
  ["StartTrainingInput", { proj: "x", notebook: "a.ipynb", image: "alpine" }],
  ["DeployInput", { proj: "x", notebook: "a.ipynb", tag: "latest", revision: 9 }],
  ["DeployInput", { proj: "x", notebook: "a.ipynb", tag: "latest", availability: 1 }],
  ["BuildProjectInput", { proj: "x", tag: "latest", docker_id: "sha256:0" }],
  ["CreateTreasureChestInput", { username: "a", password: "b", secret_version: 3 }],
])("%s takes nothing like %j", async (type, input) => {
  const problems: string[] = [];
  coerceInputValue(input, app.schema.getType(type) as GraphQLInputType, (_path, _value, { message }) =>
    problems.push(message),
  );
  expect(problems).toEqual([expect.stringMatching(/^Field "\w+" is not defined by type/)]);

  const name = type[0]!.toLowerCase() + type.slice(1, -"Input".length);
  const { errors } = await app.execute(`mutation ($input: ${type}!) { ${name}(input: $input) { id } }`, { input });
  expect(errors).toHaveLength(1);
});

test("a taken name is reported without the key and without a word of the driver's", async () => {
  const answers = [
    await model({ name: "flora" }),
    await app.execute(`mutation ($input: CreateTreasureChestInput!) { createTreasureChest(input: $input) { id } }`, {
      input: { name: "chest", username: "a", password: "correct horse" },
    }),
    await app.execute(`mutation ($input: CreateTreasureChestInput!) { createTreasureChest(input: $input) { id } }`, {
      input: { name: "chest", username: "a", password: "correct horse" },
    }),
  ];
  const told = answers.flatMap(({ errors }) => errors ?? []);
  expect(told.map(({ message }) => message)).toEqual(["The name is taken.", "The name is taken."]);
  expect(JSON.stringify(told)).not.toMatch(/E11000|dup key|index|flora|chest/);
});

test("an update cannot smuggle an operator or a path into the record", async () => {
  const { id } = await app.seed.dataset({ model: "flora", name: "quiet", details: { a: 1 } });
  const update = `mutation ($input: UpdateDatasetInput!) { updateDataset(input: $input) { state details } }`;
  const send = (details: object) => app.execute(update, { input: { model: "flora", name: "quiet", details } });

  expect((await send({ $set: { state: "PENDING" } })).errors).toHaveLength(1);
  const { data } = await send({ "task.state": 1, "state.x": 2, "details.a": 3 });

  expect(data.updateDataset).toEqual({ state: "READY", details: { "task.state": 1, "state.x": 2, "details.a": 3 } });
  const stored = (await app.app.store.datasets.findOne({ _id: id }).lean())!;
  expect(Object.keys(stored)).not.toContain("task");
});

test("nothing of what was refused has left a record behind", async () => {
  const { store } = app.app;
  const stored = JSON.stringify(
    await Promise.all(Object.values(store.byKind).map((records) => records.find({}).lean())),
  );
  expect(stored).not.toMatch(/polluted|\$where|\$rename|etc\/passwd|CON"|_bsontype/);
  expect(await store.trainings.countDocuments()).toBe(0);
});
