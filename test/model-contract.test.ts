import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const VIOLATIONS = `violations { rule file message record { __typename ... on Dataset { name } ... on ModelVersion { name } } }`;
const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { ${VIOLATIONS} } }`;

const tighten = async (app: TestApp, input: object) => {
  const { data, errors } = await app.execute(UPDATE, { input });
  expect(errors).toBeUndefined();
  return data.updateModel.violations;
};

test("a tightened contract answers with the versions and datasets that it would refuse", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const version = await app.seed.modelVersion({ model });
  const dataset = await app.seed.dataset({ model });

  const violations = await tighten(app, {
    name: model,
    modelFiles: [{ name: "card.md", required: true }],
    dataFiles: [{ name: "measures.csv", maxMb: 0.00001 }],
  });

  expect(violations).toEqual([
    {
      rule: "MISSING",
      file: "card.md",
      message: 'The model requires the file "card.md".',
      record: { __typename: "ModelVersion", name: version.name },
    },
    {
      rule: "TOO_LARGE",
      file: "measures.csv",
      message: "The file has 16 bytes; the model allows 0.00001 MB (0.00001 million bytes).",
      record: { __typename: "Dataset", name: dataset.name },
    },
  ]);
});

test("a contract that is loosened, or names a file that is not required, disqualifies nothing", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ modelFiles: [{ name: "clf.pkl", required: true, maxMb: 1 }] });
  await app.seed.modelVersion({ model });

  expect(await tighten(app, { name: model, modelFiles: [{ name: "card.md" }, { name: "clf.pkl" }] })).toEqual([]);
  expect(await tighten(app, { name: model, modelFiles: null })).toEqual([]);
});

test("a dataset whose files are kept elsewhere, an unfinished version and a superseded one violate nothing", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  await app.seed.dataset({ model, stored: false, files: [] });
  await app.seed.modelVersion({ model, files: [{ name: "clf.pkl", size: 1, sha256: "0".repeat(64) }] });
  await app.seed.modelVersion({ model, name: "best" });
  await app.seed.modelVersion({ model, name: "best", files: [{ name: "card.md", text: "good" }] });
  const contract = [{ name: "card.md", required: true }];

  expect(await tighten(app, { name: model, modelFiles: contract, dataFiles: contract })).toEqual([]);
});

test("the violations of a page of models are one store call, and each model has its own", async () => {
  await using app = await openTestApp();
  const bad = await app.seed.model({ name: "bad" });
  const good = await app.seed.model({ name: "good" });
  await app.seed.modelVersion({ model: bad.name, name: "v1" });
  await app.seed.modelVersion({ model: good.name, name: "v1" });
  await tighten(app, { name: bad.name, modelFiles: [{ name: "card.md", required: true }] });

  const { data, commands } = await app.watched(`{ models { nodes { name ${VIOLATIONS} } } }`);

  expect(commands).toEqual(["aggregate models", "aggregate models"]);
  expect(data.models.nodes).toMatchObject([
    { name: "good", violations: [] },
    { name: "bad", violations: [{ file: "card.md", record: { name: "v1" } }] },
  ]);
});

test("a version that was good when it was published is deployed, and rolled back to, under a tightened contract", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const old = await app.seed.modelVersion({ model: model.name });
  await tighten(app, { name: model.name, modelFiles: [{ name: "card.md", required: true }] });
  const movers = [{ model: model.name, name: old.name }];

  const { data, errors } = await app.execute(
    `mutation ($input: DeployInput!) { deploy(input: $input) { movers { name status } } }`,
    { input: { proj: proj.name, name: "live", tag: "latest", notebook: "serve.ipynb", movers } },
  );

  expect(errors).toBeUndefined();
  expect(data.deploy.movers).toMatchObject([{ name: old.name, status: "IDENTICAL" }]);
});
