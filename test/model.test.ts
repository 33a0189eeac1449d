import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const FIELDS = `name desc modelFiles { name desc required maxMb } dataFiles { name desc required maxMb }`;
const CREATE = `mutation ($input: CreateModelInput!) { createModel(input: $input) { ${FIELDS} } }`;
const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { ${FIELDS} } }`;
const CHILDREN = /* GraphQL */ `
  query Children($name: String!) {
    model(name: $name) {
      projects {
        totalCount
        nodes {
          name
        }
      }
      datasets {
        totalCount
        nodes {
          name
        }
      }
      versions {
        totalCount
        nodes {
          name
        }
      }
    }
  }
`;
const CLF = { name: "clf.pkl", desc: "The classifier", required: true, maxMb: 64 };
const MEASURES = { name: "measures.csv", desc: null, required: false, maxMb: null };

const create = (app: TestApp, input: object) => app.execute(CREATE, { input });
const update = async (app: TestApp, input: object) => (await app.execute(UPDATE, { input })).data.updateModel;

test("a model has the file contract it was given, and what was left out of it has its default", async () => {
  await using app = await openTestApp();

  const { data } = await create(app, { name: "clf", modelFiles: [CLF], dataFiles: [{ name: "measures.csv" }] });

  expect(data.createModel).toEqual({ name: "clf", desc: null, modelFiles: [CLF], dataFiles: [MEASURES] });
});

test("everything of a model but its name is edited: what is given changes, null empties, the rest stays", async () => {
  await using app = await openTestApp();
  await create(app, { name: "clf", desc: "old", modelFiles: [CLF], dataFiles: [MEASURES] });

  const one = await update(app, { name: "clf", desc: "new", modelFiles: [{ ...CLF, maxMb: 1 }] });
  const two = await update(app, { name: "clf", desc: null, dataFiles: null });

  expect(one).toEqual({ name: "clf", desc: "new", modelFiles: [{ ...CLF, maxMb: 1 }], dataFiles: [MEASURES] });
  expect(two).toEqual({ name: "clf", desc: null, modelFiles: [{ ...CLF, maxMb: 1 }], dataFiles: [] });
});

test("the store keeps a contract under the names of the specification", async () => {
  await using app = await openTestApp();
  await create(app, { name: "clf", modelFiles: [CLF], dataFiles: [MEASURES] });

  const stored = await app.app.store.models.collection.findOne({ name: "clf" });

  expect(stored).toMatchObject({
    model_files: [{ name: "clf.pkl", desc: "The classifier", required: true, max_mb: 64 }],
    data_files: [{ name: "measures.csv", desc: null, required: false, max_mb: null }],
  });
});

test("a contract counts from its change on, and what was there before stays", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const before = await app.seed.dataset({ model });

  await update(app, { name: model, dataFiles: [{ name: "other.csv", required: true }] });

  await expect(app.seed.dataset({ model })).rejects.toThrow('requires the file "other.csv"');
  const { data } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Dataset { state } } }`, {
    id: before.id,
  });
  expect(data.node.state).toBe("READY");
});

test.each(["modelFiles", "dataFiles"])(
  "a file that stands twice in %s is refused, by create and update",
  async (field) => {
    await using app = await openTestApp();
    const { name } = await app.seed.model();
    const twice = { [field]: [CLF, MEASURES, CLF] };

    const answers = [await create(app, twice), await app.execute(UPDATE, { input: { name, ...twice } })];

    const refused = [{ extensions: { code: "BAD_USER_INPUT", path: ["input", field, 2, "name"] } }];
    expect(answers.map(({ errors }) => errors)).toMatchObject([refused, refused]);
  },
);

test.each([0, -1, 1_000_000.1])("a maxMb of %d is refused", async (maxMb) => {
  await using app = await openTestApp();

  const { errors } = await create(app, { modelFiles: [CLF, { name: "a", maxMb }] });

  const extensions = { code: "BAD_USER_INPUT", path: ["input", "modelFiles", 1, "maxMb"] };
  expect(errors).toMatchObject([{ extensions }]);
});

test.each([0.000001, 1, 1_000_000])("a maxMb of %d is kept", async (maxMb) => {
  await using app = await openTestApp();

  const { data } = await create(app, { modelFiles: [{ name: "a", maxMb }] });

  expect(data.createModel.modelFiles).toMatchObject([{ maxMb }]);
});

test("a contract has a hundred files at most", async () => {
  await using app = await openTestApp();
  const files = Array.from({ length: 101 }, (_, index) => ({ name: `${index}` }));

  const [good, bad] = [await create(app, { dataFiles: files.slice(1) }), await create(app, { dataFiles: files })];

  expect(good.data.createModel.dataFiles).toHaveLength(100);
  expect(bad.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", "dataFiles"] } }]);
});

test("a model leads to its projects, datasets and versions, and to nobody else's", async () => {
  await using app = await openTestApp();
  const [one, other] = [await app.seed.model(), await app.seed.model()];
  const project = await app.seed.project({ models: [other.name, one.name] });
  const dataset = await app.seed.dataset({ model: one.name });
  const version = await app.seed.modelVersion({ model: one.name });
  await app.seed.dataset({ model: other.name });
  await app.seed.project({ models: [other.name] });

  const { data } = await app.execute(CHILDREN, { name: one.name });

  const only = ({ name }: { name: string }) => ({ totalCount: 1, nodes: [{ name }] });
  expect(data.model).toEqual({ projects: only(project), datasets: only(dataset), versions: only(version) });
});

test("a model that is not there is null, and cannot be changed", async () => {
  await using app = await openTestApp();

  expect((await app.execute(CHILDREN, { name: "nowhere" })).data).toEqual({ model: null });
  const { errors } = await app.execute(UPDATE, { input: { name: "nowhere" } });
  expect(errors).toMatchObject([{ extensions: { code: "NOT_FOUND", path: ["input", "name"] } }]);
});
