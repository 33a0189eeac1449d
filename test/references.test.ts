import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp } from "./support/open-test-app.js";

const ENTITIES = /* GraphQL */ `
  query Entities($representations: [_Any!]!) {
    _entities(representations: $representations) {
      __typename
      ... on Project {
        id
      }
      ... on Model {
        id
      }
      ... on Dataset {
        id
      }
      ... on ModelVersion {
        id
      }
      ... on BuildVersion {
        id
        tag
      }
    }
  }
`;

test("a gateway finds records by id and by natural key in one batch, two calls a type at most", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name });
  const version = await app.seed.modelVersion({ model: model.name });
  const [project, parent] = [{ name: proj.name }, { name: model.name }];
  const representations = [
    { __typename: "Project", id: proj.id },
    { __typename: "Project", name: proj.name },
    { __typename: "Model", name: model.name },
    { __typename: "Dataset", model: parent, name: ds.name },
    { __typename: "Dataset", id: ds.id },
    { __typename: "ModelVersion", model: parent, name: version.name },
    { __typename: "BuildVersion", proj: project, tag: "latest" },
  ];

  const { data, commands } = await app.watched(ENTITIES, { representations: [...representations, ...representations] });

  const found = [
    { __typename: "Project", id: proj.id },
    { __typename: "Project", id: proj.id },
    { __typename: "Model", id: model.id },
    { __typename: "Dataset", id: ds.id },
    { __typename: "Dataset", id: ds.id },
    { __typename: "ModelVersion", id: version.id },
    { __typename: "BuildVersion", tag: "latest" },
  ];
  expect(data._entities).toMatchObject([...found, ...found]);
  expect([...commands].sort()).toEqual([
    "find build_versions",
    "find datasets",
    "find datasets",
    "find model_versions",
    "find models",
    "find projects",
    "find projects",
  ]);
});

test.each([
  { __typename: "Project", id: "project_00000000000000000000000000" },
  { __typename: "Project", name: "nowhere" },
  { __typename: "Project", name: { $ne: null } },
  { __typename: "Project", id: { $ne: null } },
  { __typename: "Dataset", name: "iris" },
  { __typename: "Dataset", model: null, name: "iris" },
  { __typename: "Dataset", model: { name: ["flora"] }, name: "iris" },
  { __typename: "Project" },
])("%j is nobody", async (representation) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ name: "flora" });
  await app.seed.dataset({ model, name: "iris" });
  await app.seed.project();

  const { data } = await app.execute(ENTITIES, { representations: [representation] });

  expect(data?._entities ?? [null]).toEqual([null]);
});

test("an id of another type is nobody", async () => {
  await using app = await openTestApp();
  const { id } = await app.seed.model();

  const { data } = await app.execute(ENTITIES, { representations: [{ __typename: "Project", id }] });

  expect(data._entities).toEqual([null]);
});

test("a gateway finds the current record of a name, and a superseded one by its id alone", async () => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();
  const one = await app.seed.dataset({ model: name, name: "iris" });
  const two = await app.seed.dataset({ model: name, name: "iris" });
  const representations = [
    { __typename: "Dataset", model: { name }, name: "iris" },
    { __typename: "Dataset", id: one.id },
  ];

  const { data } = await app.execute(ENTITIES, { representations });

  expect(data._entities.map(({ id }: { id: string }) => id)).toEqual([two.id, one.id]);
});
