import { afterAll, beforeAll, expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { trainedVersion } from "./support/trained-version.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const VERSIONS = /* GraphQL */ `
  query Versions($filter: ModelVersionFilter, $orderBy: [ModelVersionOrder!]) {
    modelVersions(filter: $filter, orderBy: $orderBy) {
      totalCount
      nodes {
        name
      }
    }
  }
`;
const PROJECTS = /* GraphQL */ `
  query Projects($filter: ProjectFilter) {
    projects(filter: $filter, orderBy: { field: NAME }) {
      nodes {
        name
      }
    }
  }
`;
const PUBLISH = /* GraphQL */ `
  mutation Publish($input: PublishModelVersionInput!) {
    publishModelVersion(input: $input) {
      id
    }
  }
`;

const DETAILS = {
  alpha: { metrics: { accuracy: 0.91, loss: 3 }, "python.version": "3.11", tags: ["nightly", "iris"] },
  beta: { metrics: { accuracy: 0.97 }, python: { version: "3.11" }, stage: "candidate" },
  gamma: { metrics: { accuracy: "high" }, "0": 1, stage: "Candidate of all" },
  delta: { metrics: [{ accuracy: 0.99 }], stage: null, good: true },
  epsilon: {},
};

/** Versions of one model with details to look for, and one of another model. */
async function withVersions(app: TestApp): Promise<string> {
  const [{ name: model }, { name: other }] = [await app.seed.model(), await app.seed.model()];
  for (const [name, details] of Object.entries(DETAILS))
    await app.execute(PUBLISH, { input: { model, name, details, files: [] } });
  await app.execute(PUBLISH, { input: { model: other, name: "omega", details: DETAILS.beta, files: [] } });
  return model;
}

/** What most tests only read. */
let app: TestApp;
let model: string;
beforeAll(async () => {
  app = await openTestApp();
  model = await withVersions(app);
});
afterAll(() => app[Symbol.asyncDispose]());

const names = ({ nodes }: { nodes: { name: string }[] }): string[] => nodes.map(({ name }) => name);

test.each([
  ["a number from a bound on", { path: ["metrics", "accuracy"], gte: 0.9 }, ["alpha", "beta"]],
  ["a number between two", { path: ["metrics", "accuracy"], gt: 0.91, lt: 1 }, ["beta"]],
  ["exactly a number", { path: ["metrics", "loss"], eq: 3 }, ["alpha"]],
  ["a text among several", { path: ["metrics", "accuracy"], in: ["high", "low"] }, ["gamma"]],
  ["a key that holds a dot", { path: ["python.version"], eq: "3.11" }, ["alpha"]],
  ["the same letters as two keys", { path: ["python", "version"], eq: "3.11" }, ["beta"]],
  ["a key of digits", { path: ["0"], eq: 1 }, ["gamma"]],
  ["no element of a list by its place", { path: ["metrics", "0", "accuracy"], eq: 0.99 }, []],
  ["what a list holds", { path: ["tags"], has: "nightly" }, ["alpha"]],
  ["no list as its element", { path: ["tags"], eq: "nightly" }, []],
  ["a part of a text", { path: ["stage"], contains: "andidate" }, ["beta", "gamma"]],
  ["the beginning of a text", { path: ["stage"], startsWith: "cand" }, ["beta"]],
  ["a range of texts", { path: ["stage"], gte: "a" }, ["beta"]],
  ["truth", { path: ["good"], eq: true }, ["delta"]],
  ["that there is a value", { path: ["stage"], exists: true }, ["beta", "gamma"]],
  ["that there is none", { path: ["stage"], exists: false }, ["alpha", "delta", "epsilon"]],
])("details are searched for %s", async (_, details, expected) => {
  const { data, errors } = await app.execute(VERSIONS, {
    filter: { model: { eq: model }, details },
    orderBy: { field: "NAME" },
  });

  expect(errors).toBeUndefined();
  expect(names(data.modelVersions)).toEqual(expected);
  expect(data.modelVersions.totalCount).toBe(expected.length);
});

test.each([
  ["and", { and: [{ name: { startsWith: "a" } }, { name: { contains: "ph" } }] }, ["alpha"]],
  ["or", { or: [{ name: { eq: "beta" } }, { name: { startsWith: "ga" } }] }, ["beta", "gamma"]],
  ["not", { not: { name: { in: ["alpha", "beta", "gamma"] } } }, ["delta", "epsilon"]],
  ["not of a text", { name: { not: { contains: "a" } } }, ["epsilon"]],
  [
    "one within another",
    { not: { or: [{ name: { eq: "alpha" } }, { not: { name: { contains: "ta" } } }] } },
    ["beta", "delta"],
  ],
])("conditions are joined by %s", async (_, conditions, expected) => {
  const { data, errors } = await app.execute(VERSIONS, {
    filter: { model: { eq: model }, ...conditions },
    orderBy: { field: "NAME" },
  });

  expect(errors).toBeUndefined();
  expect(names(data.modelVersions)).toEqual(expected);
});

test.each([
  ["a name", { name: { eq: "beta" } }, ["beta"]],
  ["names", { name: { in: ["beta", "omega", "nobody"] } }, ["beta", "omega"]],
  ["the beginning of a name", { name: { startsWith: "o" } }, ["omega"]],
  ["names, one or the other", { or: [{ name: { eq: "beta" } }, { name: { eq: "omega" } }] }, ["beta", "omega"]],
  ["a model that is not there", { model: { eq: "nobody" } }, []],
])("%s stands alone", async (_, filter, expected) => {
  const { data, errors } = await app.execute(VERSIONS, { filter, orderBy: { field: "NAME" } });

  expect(errors).toBeUndefined();
  expect(names(data.modelVersions)).toEqual(expected);
});

test.each([
  ["a part of a name", { name: { contains: "a" } }],
  ["a negation", { not: { name: { eq: "a" } } }],
  ["details", { details: { path: ["a"], eq: 1 } }],
  ["a part of a snapshot", { train: { bvers: { gitVersion: { eq: "a" } } } }],
  ["a negation in one branch", { or: [{ name: { eq: "a" } }, { compressed: true }] }],
])("%s needs an indexed condition beside it", async (_, filter) => {
  const { errors } = await app.execute(VERSIONS, { filter });

  expect(errors?.[0]).toMatchObject({ extensions: { code: "FILTER_TOO_BROAD", path: ["filter"] } });
  expect(errors?.[0]?.message).toContain("indexed condition");
});

test("an order by details needs an indexed condition beside it", async () => {
  const { errors } = await app.execute(VERSIONS, { orderBy: { details: ["metrics", "accuracy"] } });

  expect(errors?.[0]?.extensions["code"]).toBe("FILTER_TOO_BROAD");
});

test("a path that the operator has indexed stands alone", async () => {
  await using app = await openTestApp({ ROCAS_DETAILS_INDEXES: "ModelVersion:stage, ModelVersion:metrics.accuracy" });
  await withVersions(app);

  const { data, errors } = await app.execute(VERSIONS, {
    filter: { details: { path: ["metrics", "accuracy"], in: [0.97, 0.99] } },
    orderBy: { field: "CREATED_AT" },
  });

  expect(errors).toBeUndefined();
  expect(names(data.modelVersions)).toEqual(["beta", "omega"]);
});

test("the whole catalogue of projects is searched, also by description and by model", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const CREATE = `mutation ($input: CreateProjectInput!) { createProject(input: $input) { id } }`;
  await app.execute(CREATE, { input: { name: "botanist", desc: "Tells irises (by 100 %) apart", models: [model] } });
  await app.execute(CREATE, { input: { name: "zoologist" } });

  const found = async (filter: object) => names((await app.execute(PROJECTS, { filter })).data.projects);

  expect(await found({ desc: { contains: "(by 100 %" } })).toEqual(["botanist"]);
  expect(await found({ desc: { isNull: true } })).toEqual(["zoologist"]);
  expect(await found({ models: { eq: model } })).toEqual(["botanist"]);
  expect(await found({ not: { models: { in: [model] } } })).toEqual(["zoologist"]);
  expect(await found({ name: { contains: "ologi" } })).toEqual(["zoologist"]);
  expect(await found({ name: null, desc: { contains: null } })).toEqual(["botanist", "zoologist"]);
});

test("records are found by when they were made", async () => {
  await using app = await openTestApp();
  const first = await app.seed.model();
  const { data } = await app.execute(`query ($name: String!) { model(name: $name) { createdAt } }`, first);
  const second = await app.seed.model();
  const MODELS = `query ($filter: ModelFilter) { models(filter: $filter) { nodes { name } } }`;

  const later = await app.execute(MODELS, { filter: { createdAt: { gt: data.model.createdAt } } });
  const until = await app.execute(MODELS, { filter: { createdAt: { lte: data.model.createdAt } } });

  expect(names(later.data.models)).toEqual([second.name]);
  expect(names(until.data.models)).toEqual([first.name]);
});

test("children of many parents are filtered and ordered for each", async () => {
  await using app = await openTestApp();
  await withVersions(app);

  const { data, errors } = await app.execute(`
    { models { nodes { versions(first: 1, filter: { details: { path: ["metrics", "accuracy"], exists: true } },
        orderBy: { details: ["metrics", "accuracy"], direction: DESC }) { totalCount nodes { name } } } } }`);

  expect(errors).toBeUndefined();
  expect(data.models.nodes).toEqual([
    { versions: { totalCount: 1, nodes: [{ name: "omega" }] } },
    { versions: { totalCount: 3, nodes: [{ name: "beta" }] } },
  ]);
});

test("a version is found by how it came about, and a deployment by how its versions did", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const { name } = await trainedVersion(app, proj.name, model.name);
  const input = { proj: proj.name, tag: "latest", notebook: "predict.ipynb", movers: [{ model: model.name, name }] };
  await app.seed.mutate("deploy", "DeployInput", { ...input, name: "live", replicas: 0 });
  const DEPLOYMENTS = `query ($filter: DeploymentFilter) { deployments(filter: $filter) {
    nodes { name movers { recordId train { bvers { dockerId } } } } } }`;
  const found = async (filter: object) => (await app.execute(DEPLOYMENTS, { filter })).data.deployments.nodes;
  const within = (movers: object) => found({ proj: { eq: proj.name }, movers });

  const [live] = await within({ model: { name: { eq: model.name } }, name: { eq: name } });
  const [{ recordId, train }] = live.movers;

  expect(await within({ train: { bvers: { dockerId: { eq: train.bvers.dockerId }, tag: { eq: "latest" } } } })).toEqual(
    [live],
  );
  expect(await within({ train: { bvers: { dockerId: { eq: train.bvers.dockerId }, tag: { eq: "other" } } } })).toEqual(
    [],
  );
  expect(await within({ name: { not: { eq: name } } })).toEqual([]);
  expect(await found({ movers: { recordId: { eq: recordId } } })).toEqual([live]);
  expect(
    names(
      (
        await app.execute(VERSIONS, {
          filter: { model: { eq: model.name }, train: { proj: { name: { eq: proj.name } } } },
        })
      ).data.modelVersions,
    ),
  ).toEqual([name]);
});

test.each([
  ["an empty text", { name: { contains: "" } }, ["filter", "name", "contains"]],
  ["a long text", { name: { startsWith: "a".repeat(65) } }, ["filter", "name", "startsWith"]],
  ["many values", { name: { in: Array.from({ length: 101 }, (_, at) => `n${at}`) } }, ["filter", "name", "in"]],
  ["a control character", { name: { eq: "a\u0000b" } }, ["filter", "name"]],
  ["half a character", { or: [{ name: { eq: "\ud800" } }] }, ["filter", "or", 0, "name"]],
  ["a path of no keys", { details: { path: [], eq: 1 } }, ["filter", "details", 0, "path"]],
  ["an operator as a key", { details: { path: ["$where"], eq: 1 } }, ["filter", "details", 0, "path"]],
  ["a range of truths", { details: { path: ["a"], gt: true } }, ["filter", "details", 0, "gt"]],
  ["nothing to choose from", { or: [] }, ["filter", "or"]],
])("%s is refused with its path", async (_, filter, path) => {
  const { errors } = await app.execute(VERSIONS, { filter: { ...filter, model: { eq: model } } });

  expect(errors?.[0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT", path } });
});

test("a filter has a hundred conditions at most", async () => {
  const or = Array.from({ length: 101 }, (_, at) => ({ name: { eq: `n${at}` } }));
  const { errors } = await app.execute(VERSIONS, { filter: { or } });

  expect(errors?.[0]?.extensions["code"]).toBe("LIMIT_EXCEEDED");
});
