import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";

const FIELDS = `id revision params`;
const DEPLOY = `mutation ($input: DeployInput!) { deploy(input: $input) { ${FIELDS} } }`;
const REVISIONS = `query ($id: ID!) { node(id: $id) { ... on Deployment { revisions { nodes { id number params } } } } }`;

const deployer = async (app: TestApp) => {
  const { proj } = await builtProject(app);
  const same = { proj: proj.name, name: "iris", tag: "latest", notebook: "serve.ipynb" };
  return async (more: object) => (await app.execute(DEPLOY, { input: { ...same, ...more } })).data.deploy;
};

test("a deployment's notebook gets its parameters, with floats as floats", async () => {
  await using app = await openTestApp();
  const deploy = await deployer(app);
  const { id } = await deploy({});
  const source = DEPLOY.replace("($input: DeployInput!)", "").replace(
    "$input",
    `{ proj: "${(await app.execute(`{ projects { nodes { name } } }`)).data.projects.nodes[0].name}", name: "iris", params: { top: 3, threshold: 1.0 } }`,
  );

  const { data } = await app.execute(source);
  await app.settled();

  expect(data.deploy).toEqual({ id, revision: 2, params: { top: 3, threshold: 1 } });
  const [revision] = (await app.execute(REVISIONS, { id })).data.node.revisions.nodes;
  expect(revision).toMatchObject({ number: 2, params: { top: 3, threshold: 1 } });
  const claimed = await PlayedContainer.of(app.runtime.running(revision.id)[0]!).send("POST", "/claim", "{}");
  expect(await claimed.text()).toContain(`"params":{"top":3,"threshold":1.0}`);
});

test("other parameters make the next revision; the same, or none, make none; null empties them", async () => {
  await using app = await openTestApp();
  const deploy = await deployer(app);

  expect(await deploy({ params: { top: 3 } })).toMatchObject({ revision: 1, params: { top: 3 } });
  expect(await deploy({ params: { top: 3 } })).toMatchObject({ revision: 1 });
  expect(await deploy({ replicas: 2 })).toMatchObject({ revision: 1, params: { top: 3 } });
  expect(await deploy({ params: { top: 4 } })).toMatchObject({ revision: 2, params: { top: 4 } });
  expect(await deploy({ params: null })).toMatchObject({ revision: 3, params: {} });
});

test("deployments and revisions are found by their parameters", async () => {
  await using app = await openTestApp();
  const deploy = await deployer(app);
  await deploy({ params: { top: 3 } });
  const found = async (top: number) =>
    (
      await app.execute(
        `query ($top: PlainValue) { deployments(filter: { name: { eq: "iris" }, params: [{ path: ["top"], eq: $top }] }) { nodes { name } } }`,
        { top },
      )
    ).data.deployments.nodes;

  expect(await found(3)).toEqual([{ name: "iris" }]);
  expect(await found(4)).toEqual([]);
});
