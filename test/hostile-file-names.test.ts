import { afterAll, beforeAll, expect, test } from "vitest";
import { announced, fetched } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const MODEL = `mutation ($input: CreateModelInput!) { createModel(input: $input) { modelFiles { name } } }`;
const DATASET = `mutation ($input: CreateDatasetInput!) { createDataset(input: $input) { id state files { name } uploads { name } } }`;
const DOWNLOAD = `query ($id: ID!, $name: String) { node(id: $id) { ... on Dataset { download(name: $name) } } }`;

let app: TestApp;
beforeAll(async () => {
  app = await openTestApp();
  await app.execute(MODEL, { input: { name: "flora" } });
});
afterAll(() => app[Symbol.asyncDispose]());

const contract = (...names: string[]) => app.execute(MODEL, { input: { modelFiles: names.map((name) => ({ name })) } });
const manifest = (names: readonly string[], how: object = {}) =>
  app.execute(DATASET, { input: { model: "flora", files: names.map((name) => ({ name, text: name })), ...how } });

test.each([
  ["../x", '".."'],
  ["a/../b", '".."'],
  ["a/..", '".."'],
  ["/etc/passwd", "empty part"],
  ["a//b", "empty part"],
  ["a/", "empty part"],
  ["/", "empty part"],
  ["", "empty part"],
  [".", '"."'],
  ["./a", '"."'],
  ["a/./b", '"."'],
  ["a/.../b", "dots alone"],
  ["a\\b", "backslash"],
  ["..\\..\\a", "backslash"],
  ["C:x", '":" (U+003A)'],
  ["~", '"~" (U+007E)'],
  ["%2e%2e", '"%" (U+0025)'],
  ["%252e%252e%252fa", '"%" (U+0025)'],
  ["a%2fb", '"%" (U+0025)'],
  ["a\u0000", "U+0000"],
  ["a/b\nc", "U+000A"],
  ["a\u202Eb", "U+202E"],
  ["a\u200bb", "U+200B"],
  ["\uD800", "Unicode"],
  ["file.pkl#/../../etc", '".."'],
  ["-rf", '"-"'],
  ["a/-rf", '"-"'],
  [" a", "space"],
  ["a /b", "space"],
  ["e\u0301", "U+00E9 in place of U+0065 U+0301"],
  ["x".repeat(256), "255 bytes"],
  [`a/${"ä".repeat(128)}`, "255 bytes"],
  [Array.from({ length: 33 }, () => "a").join("/"), "32 parts"],
  [Array.from({ length: 5 }, () => "x".repeat(250)).join("/"), "1024 bytes"],
  ["a;b", '";" (U+003B)'],
  ["a*", '"*" (U+002A)'],
])("the file name %j is refused, in a contract and in a manifest", async (name, told) => {
  const answers = [await contract(name), await manifest(["good.txt", name])];

  expect(answers.map(({ errors }) => errors?.length)).toEqual([1, 1]);
  expect(answers.map(({ errors }) => errors![0]!.message)).toEqual(Array(2).fill(expect.stringContaining(told)));
});

test.each([
  "clf.pkl",
  "_a",
  "A-1.tar.gz",
  "x".repeat(255),
  "console.txt",
  "constructor",
  "CON",
  "con.txt",
  "a/aux.h",
  ".hidden",
  ".gitattributes",
  "variables/variables.index",
  "onnx/.config/__init__.py",
  "epoch=3-loss=0.2.ckpt",
  "01 - train (final).csv",
  "a+b@c,d#e.bin",
  "a..b",
  "Übung.txt",
  "данные/学習.csv",
  "हिन्दी.txt",
  Array.from({ length: 4 }, () => "x".repeat(255)).join("/"),
  Array.from({ length: 32 }, () => "a").join("/"),
])("the file name %s is kept, in a contract and in a manifest, and fetched again", async (name) => {
  const made = await manifest([name]);

  expect((await contract(name)).data.createModel.modelFiles).toEqual([{ name }]);
  expect(made.data.createDataset).toMatchObject({ state: "READY", files: [{ name }] });
  const { data } = await app.execute(DOWNLOAD, { id: made.data.createDataset.id, name });
  expect((await fetched(app, data.node.download)).toString()).toBe(name);
});

test.each([
  [["a", "a/b"], 0],
  [["a/b/c", "x", "a/b"], 2],
  [["model", "model/1/2/3.bin"], 0],
])("the names %j are a file and a folder at the same time, and refused", async (names, at) => {
  const answer = await manifest(names);

  expect(answer.errors).toMatchObject([
    { message: expect.stringContaining("folder of another"), extensions: { path: ["input", "files", at, "name"] } },
  ]);
  expect((await contract(...names)).errors).toMatchObject([
    { extensions: { path: ["input", "modelFiles", at, "name"] } },
  ]);
});

test("names that differ only in case, or only by an ending, stand beside each other", async () => {
  const names = ["a/B", "a/b", "A/b", "a.b/c", "a", "ab"].filter((name) => name !== "a");

  const { data } = await manifest(names);

  expect(data.createDataset.files.map(({ name }: { name: string }) => name)).toEqual(names);
});

test("a name that stands twice is refused", async () => {
  expect((await manifest(["a/b", "c", "a/b"])).errors).toMatchObject([
    { extensions: { path: ["input", "files", 2, "name"] } },
  ]);
});

test.each([{ compressed: true }, { lightweight: true }, { compressed: true, lightweight: true }])(
  "long names in sub-folders come back from a record that is kept %o",
  async (how) => {
    const names = ["a/b.txt", "a/c/ü.txt", `${"x".repeat(120)}/${"y".repeat(200)}`, `日本/${"語".repeat(80)}.txt`];
    const { data } = await manifest(names, how);
    const url = async (name: string) =>
      (await app.execute(DOWNLOAD, { id: data.createDataset.id, name })).data.node.download;

    const contents = await Promise.all(names.map(async (name) => (await fetched(app, await url(name))).toString()));

    expect(contents).toEqual(names);
  },
);

test("a file in a folder that the contract requires is missed by its whole name", async () => {
  await app.execute(MODEL, {
    input: { name: "saved", dataFiles: [{ name: "variables/variables.index", required: true }] },
  });
  const create = (name: string) => app.execute(DATASET, { input: { model: "saved", files: [announced(name, "x")] } });

  expect((await create("variables.index")).errors).toMatchObject([{ extensions: { code: "CONTRACT_NOT_MET" } }]);
  expect((await create("variables/variables.index")).data.createDataset.uploads).toHaveLength(1);
});
