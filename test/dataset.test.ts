import { expect, test } from "vitest";
import { openTestApp } from "./support/open-test-app.js";

const CREATE = /* GraphQL */ `
  mutation Create($input: CreateDatasetInput!) {
    createDataset(input: $input) {
      id
      name
      state
      stored
      compressed
      lightweight
      details
      superseded
      model {
        name
      }
      files {
        name
        size
        sha256
      }
      uploads {
        name
      }
    }
  }
`;
const ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

async function withContract() {
  const app = await openTestApp();
  const dataFiles = [
    { name: "measures.csv", required: true, maxMb: 0.000003 },
    { name: "notes.txt", required: false },
  ];
  const { name: model } = await app.seed.model({ dataFiles });
  return { app, create: (input: object) => app.execute(CREATE, { input: { model, name: "iris", ...input } }), model };
}

test("a dataset that is given as text is READY at once", async () => {
  const { app, create, model } = await withContract();
  await using _ = app;

  const { data } = await create({ files: [{ name: "measures.csv", text: "abc" }], details: { rows: 1 } });

  expect(data.createDataset).toEqual({
    id: expect.stringMatching(/^dataset_/),
    name: "iris",
    state: "READY",
    stored: true,
    compressed: false,
    lightweight: false,
    details: { rows: 1 },
    superseded: false,
    model: { name: model },
    files: [{ name: "measures.csv", size: 3, sha256: ABC }],
    uploads: [],
  });
});

test("a dataset without a name gets one", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();

  const { data } = await app.execute(CREATE, { input: { model } });

  expect(data.createDataset.name).toMatch(/^[a-z]+(-[a-z]+)+-\d{4}$/);
});

test("a required file that is missing breaks the contract", async () => {
  const { app, create } = await withContract();
  await using _ = app;

  const { errors } = await create({ files: [{ name: "notes.txt", text: "abc" }] });

  const extensions = { code: "CONTRACT_NOT_MET", path: ["input", "files"] };
  expect(errors).toMatchObject([{ message: 'The model requires the file "measures.csv".', extensions }]);
});

test("a file above its maxMb breaks the contract, whether it is announced or given", async () => {
  const { app, create } = await withContract();
  await using _ = app;
  const note = { name: "notes.txt", text: "abcdefgh" };

  const given = await create({ files: [note, { name: "measures.csv", text: "abcd" }] });
  const announced = await create({ files: [note, { name: "measures.csv", size: 4, sha256: ABC }] });

  const extensions = { code: "CONTRACT_NOT_MET", path: ["input", "files", 1] };
  expect([given.errors, announced.errors]).toMatchObject([[{ extensions }], [{ extensions }]]);
  expect((await app.execute(`{ datasets { totalCount } }`)).data.datasets.totalCount).toBe(0);
});

test("a file that the contract does not name is let through", async () => {
  const { app, create } = await withContract();
  await using _ = app;

  const files = [
    { name: "measures.csv", text: "abc" },
    { name: "more.csv", text: "abcd" },
  ];

  expect((await create({ files })).data.createDataset.state).toBe("READY");
});

test("a dataset that is not stored has no files, and the contract asks for none", async () => {
  const { app, create } = await withContract();
  await using _ = app;

  const refused = await create({ stored: false, files: [{ name: "measures.csv", text: "abc" }] });
  const made = await create({ stored: false, compressed: true });

  expect(refused.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "files"] } }]);
  expect(made.data.createDataset).toMatchObject({ stored: false, state: "READY", files: [] });
});

test("a dataset that is not stored is not mounted", async () => {
  const { app, create, model } = await withContract();
  await using _ = app;
  await create({ stored: false });
  const { name: proj } = await app.seed.project({ models: [model] });

  const { errors } = await app.execute(
    `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id } }`,
    {
      input: { proj, notebook: "train.ipynb", datasets: [{ model, name: "iris" }] },
    },
  );

  expect(errors).toHaveLength(1);
});

test.each([
  [[{ name: "a", text: "abc", size: 3 }], ["input", "files", 0, "text"]],
  [[{ name: "a", text: "abc", sha256: ABC }], ["input", "files", 0, "text"]],
  [[{ name: "a", size: 3 }], ["input", "files", 0]],
  [[{ name: "a", sha256: ABC }], ["input", "files", 0]],
  [[{ name: "a", size: -1, sha256: ABC }], ["input", "files", 0, "size"]],
  [[{ name: "a", size: 64 * 1024 ** 3 + 1, sha256: ABC }], ["input", "files", 0, "size"]],
  [
    [
      { name: "a", text: "abc" },
      { name: "a", text: "abd" },
    ],
    ["input", "files", 1, "name"],
  ],
])("the manifest %j is refused at %j", async (files, path) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();

  const { errors } = await app.execute(CREATE, { input: { model, files } });

  expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path } }]);
});

test("text has 64 KiB at most, counted in bytes", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const create = (text: string) => app.execute(CREATE, { input: { model, files: [{ name: "a", text }] } });

  const [good, bad] = [await create("ä".repeat(32 * 1024)), await create(`${"ä".repeat(32 * 1024)}.`)];

  expect(good.data.createDataset).toMatchObject({ state: "READY", files: [{ size: 64 * 1024 }] });
  expect(bad.errors).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", path: ["input", "files", 0, "text"] } }]);
});

test("an update changes the details and nothing else; null empties them", async () => {
  const { app, create, model } = await withContract();
  await using _ = app;
  await create({ files: [{ name: "measures.csv", text: "abc" }], details: { rows: 1 } });
  const update = async (change: object) =>
    (
      await app.execute(`mutation ($input: UpdateDatasetInput!) { updateDataset(input: $input) { details state } }`, {
        input: { model, name: "iris", ...change },
      })
    ).data.updateDataset;

  const answers = [await update({ details: { rows: 2 } }), await update({}), await update({ details: null })];

  expect(answers.map(({ details }) => details)).toEqual([{ rows: 2 }, { rows: 2 }, {}]);
});
