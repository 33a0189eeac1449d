import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp } from "./support/open-test-app.js";
import { trainedVersion } from "./support/trained-version.js";

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
  { __typename: "Dataset", model: { name: "nowhere" }, name: "iris" },
])("%j is nobody", async (representation) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ name: "flora" });
  await app.seed.dataset({ model, name: "iris" });

  const answer = await app.execute(ENTITIES, { representations: [representation] });

  expect(answer).toEqual({ data: { _entities: [null] } });
});

const OF_MODEL = "A representation of this type has the key `id` or `model.name` with `name`.";
const OF_ITSELF = "A representation of this type has the key `id` or `name`.";
const OF_DEPLOYMENT =
  "A representation of this type has the key `id` or `deployment.proj.name` with `deployment.name` with `number`.";

test.each([
  [{ __typename: "Project" }, OF_ITSELF],
  [{ __typename: "Project", title: "flora" }, OF_ITSELF],
  [{ __typename: "Project", name: { in: ["flora"] } }, OF_ITSELF],
  [{ __typename: "Project", id: { in: ["flora"] }, name: "flora" }, OF_ITSELF],
  [{ __typename: "Project", id: null, name: "flora" }, OF_ITSELF],
  [{ __typename: "Dataset", name: "iris" }, OF_MODEL],
  [{ __typename: "Dataset", model: null, name: "iris" }, OF_MODEL],
  [{ __typename: "Dataset", model: { name: ["flora"] }, name: "iris" }, OF_MODEL],
  [{ __typename: "DeploymentRevision", deployment: { name: "live" }, number: 1 }, OF_DEPLOYMENT],
  [{ __typename: "Build", tag: "latest" }, "A representation of this type has the key `id`."],
])("%j is refused, and its neighbour is found", async (representation, message) => {
  await using app = await openTestApp();
  const { id } = await app.seed.project({ name: "flora" });

  const { data, errors } = await app.execute(ENTITIES, {
    representations: [{ __typename: "Project", name: "flora" }, representation],
  });

  expect(data._entities).toEqual([{ __typename: "Project", id }, null]);
  const extensions = { code: "BAD_USER_INPUT", path: ["representations", 1] };
  expect(errors).toEqual([{ message, path: ["_entities", 1], extensions }]);
});

test.each([{ name: { $ne: null } }, { id: { $ne: null } }])("%j is refused with the whole request", async (key) => {
  await using app = await openTestApp();
  await app.seed.project();

  const { data, errors } = await app.execute(ENTITIES, { representations: [{ __typename: "Project", ...key }] });

  expect(data).toBeUndefined();
  expect(errors![0]!.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("a gateway finds a revision by its deployment and number", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const movers = [await trainedVersion(app, proj.name, model.name)];
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", movers, replicas: 0 };
  await app.seed.mutate("deploy", "DeployInput", input);
  const deployment = { proj: { name: proj.name }, name: "live" };
  const revision = (number: number) => ({ __typename: "DeploymentRevision", deployment, number });

  const { data } = await app.execute(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on DeploymentRevision { number deployment { name } } } }`,
    { representations: [revision(1), revision(2)] },
  );

  expect(data._entities).toEqual([{ number: 1, deployment: { name: "live" } }, null]);
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
