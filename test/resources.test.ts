import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const RESOURCES = `{ cpus memoryMb shmMb pids scratchMb }`;
const ASKED = `{ profile cpus memoryMb shmMb pids scratchMb }`;
const FIELDS = `id requestedResources ${ASKED} resources ${RESOURCES}`;
const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { ${FIELDS} } }`;
const DEPLOY = `mutation ($input: DeployInput!) { deploy(input: $input) { ${FIELDS} revision name } }`;
const NOTHING = { profile: null, cpus: null, memoryMb: null, shmMb: null, pids: null, scratchMb: null };
const PROFILES = JSON.stringify({ large: { cpus: 8, memoryMb: 32_768 }, small: { memoryMb: 256 } });

const start = (app: TestApp, proj: string, resources?: object) =>
  app.execute(START, { input: { proj, notebook: "train.ipynb", resources } });
const deploy = (app: TestApp, proj: string, input: object) =>
  app.execute(DEPLOY, { input: { proj, name: "iris", tag: "latest", notebook: "serve.ipynb", ...input } });

test("a training gets what it asks for, and the defaults for the rest", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);

  const { data } = await start(app, proj.name, { cpus: 2.5, memoryMb: 4096, shmMb: 1024 });
  await app.settled();

  const given = { cpus: 2.5, memoryMb: 4096, shmMb: 1024, pids: 256, scratchMb: 4096 };
  const asked = { ...NOTHING, cpus: 2.5, memoryMb: 4096, shmMb: 1024 };
  expect(data.startTraining).toMatchObject({ resources: given, requestedResources: asked });
  expect(app.runtime.running(data.startTraining.id)[0]?.resources).toMatchObject(given);
});

test("a training that asks for nothing gets the operator's defaults", async () => {
  await using app = await openTestApp({ ROCAS_CPUS: "0.5", ROCAS_TRAIN_MEMORY_MB: "512" });
  const { proj } = await builtProject(app);

  const { data } = await start(app, proj.name);

  const given = { cpus: 0.5, memoryMb: 512, shmMb: null, pids: 256, scratchMb: 4096 };
  expect(data.startTraining).toMatchObject({ resources: given, requestedResources: null });
});

test("a profile gives what the request does not say itself", async () => {
  await using app = await openTestApp({ ROCAS_PROFILES: PROFILES });
  const { proj } = await builtProject(app);

  const { data } = await start(app, proj.name, { profile: "large", cpus: 4 });

  expect(data.startTraining).toMatchObject({
    resources: { cpus: 4, memoryMb: 32_768 },
    requestedResources: { ...NOTHING, profile: "large", cpus: 4 },
  });
});

test("a project's defaults come before the operator's, by kind, and after the request's profile", async () => {
  await using app = await openTestApp({ ROCAS_PROFILES: PROFILES });
  const { proj } = await builtProject(app);
  await app.seed.mutate("updateProject", "UpdateProjectInput", {
    name: proj.name,
    trainingDefaults: { resources: { memoryMb: 1024, cpus: 2 } },
    deploymentDefaults: { resources: { profile: "small" } },
  });

  const plain = await start(app, proj.name);
  const small = await start(app, proj.name, { profile: "small" });
  const deployed = await deploy(app, proj.name, { replicas: 0 });

  expect(plain.data.startTraining.resources).toMatchObject({ memoryMb: 1024, cpus: 2 });
  expect(small.data.startTraining.resources).toMatchObject({ memoryMb: 256, cpus: 2 });
  expect(deployed.data.deploy.resources).toMatchObject({ memoryMb: 256, cpus: 1 });
});

test.each([
  [{ memoryMb: 8193 }, ["memoryMb"], "LIMIT_EXCEEDED", /8,192 MiB of memory at most/],
  [{ profile: "large" }, ["profile"], "LIMIT_EXCEEDED", /8,192 MiB of memory at most/],
  [{ profile: "huge" }, ["profile"], "NOT_FOUND", /these are: large, small/],
  [{ cpus: 65 }, ["cpus"], "LIMIT_EXCEEDED", /has 64 processors/],
  [{ cpus: 0 }, ["cpus"], "BAD_USER_INPUT", /0.01 to 1,024 processors/],
  [{ memoryMb: 63 }, ["memoryMb"], "BAD_USER_INPUT", /64 to/],
  [{ memoryMb: 64, shmMb: 65 }, ["shmMb"], "BAD_USER_INPUT", /no more than that/],
  [{ pids: 0 }, ["pids"], "BAD_USER_INPUT", /16 to/],
  [{ scratchMb: -1 }, ["scratchMb"], "BAD_USER_INPUT", /1 to/],
])("%j is refused before anything is recorded", async (resources, path, code, message) => {
  await using app = await openTestApp({ ROCAS_PROFILES: PROFILES, ROCAS_RESOURCE_CAPS: `{"memoryMb": 8192}` });
  const { proj } = await builtProject(app);

  const { errors } = await start(app, proj.name, resources);

  expect(errors).toEqual([
    expect.objectContaining({ message: expect.stringMatching(message), extensions: expect.objectContaining({ code }) }),
  ]);
  expect(errors![0]!.extensions.path).toEqual(["input", "resources", ...path]);
  expect((await app.execute(`{ trainings { totalCount } }`)).data.trainings.totalCount).toBe(0);
});

test("a cap that came after a project's defaults names the project", async () => {
  await using app = await openTestApp({ ROCAS_RESOURCE_CAPS: `{"cpus": 4}` });
  const { proj } = await builtProject(app);
  const trainingDefaults = { resources: { cpus: 5 } };

  const { errors } = await app.execute(
    `mutation ($input: UpdateProjectInput!) { updateProject(input: $input) { id } }`,
    { input: { name: proj.name, trainingDefaults } },
  );

  expect(errors![0]!.extensions).toMatchObject({
    code: "LIMIT_EXCEEDED",
    path: ["input", "trainingDefaults", "resources", "cpus"],
  });
});

test("other resources of a deployment make the next revision, which has them; the same make none", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await deploy(app, proj.name, {});

  const changed = await deploy(app, proj.name, { resources: { cpus: 2 } });
  const same = await deploy(app, proj.name, { resources: { cpus: 2 } });
  const scaled = await app.execute(DEPLOY, { input: { proj: proj.name, name: "iris", replicas: 2 } });
  await app.settled();

  expect(changed.data.deploy).toMatchObject({ revision: 2, resources: { cpus: 2, memoryMb: 1024 } });
  expect(same.data.deploy.revision).toBe(2);
  expect(scaled.data.deploy).toMatchObject({ revision: 2, resources: { cpus: 2 } });
  const { nodes } = (
    await app.execute(
      `query ($id: ID!) { node(id: $id) { ... on Deployment { revisions { nodes { id number resources { cpus } requestedResources { cpus } } } } } }`,
      { id: changed.data.deploy.id },
    )
  ).data.node.revisions;
  expect(nodes).toMatchObject([
    { number: 2, resources: { cpus: 2 }, requestedResources: { cpus: 2 } },
    { number: 1, resources: { cpus: 1 }, requestedResources: null },
  ]);
  const specs = app.runtime.running(nodes[0].id);
  expect(specs.map(({ resources }) => resources.cpus)).toEqual([2, 2]);
});

test("resourceOptions shows profiles, caps and defaults", async () => {
  await using app = await openTestApp({ ROCAS_PROFILES: PROFILES, ROCAS_RESOURCE_CAPS: `{"cpus": 16}` });

  const { data } = await app.execute(
    `{ resourceOptions { profiles ${ASKED} caps ${ASKED} training ${RESOURCES} deployment ${RESOURCES} } }`,
  );

  expect(data.resourceOptions).toMatchObject({
    profiles: [
      { ...NOTHING, profile: "large", cpus: 8, memoryMb: 32_768 },
      { ...NOTHING, profile: "small", memoryMb: 256 },
    ],
    caps: { ...NOTHING, cpus: 16 },
    training: { memoryMb: 2048 },
    deployment: { memoryMb: 1024 },
  });
});
