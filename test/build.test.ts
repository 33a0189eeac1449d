import { expect, test } from "vitest";
import { openTestApp } from "./support/open-test-app.js";

const BUILD = /* GraphQL */ `
  mutation Build($input: BuildProjectInput!) {
    buildProject(input: $input) {
      id
      tag
      from
      noCache
      proj {
        name
      }
      task {
        state
      }
    }
  }
`;
const RESULT = /* GraphQL */ `
  query Result($id: ID!) {
    build(id: $id) {
      task {
        state
        error
      }
      bvers {
        tag
        status
        dockerId
        live {
          dockerId
          build {
            id
          }
        }
        proj {
          name
        }
      }
      log(first: 5) {
        text
        hasMore
        ended
      }
    }
  }
`;

test("a build answers at once, and its result and log are read from it", async () => {
  await using app = await openTestApp();
  const image = "registry.example/team/iris";
  const { name: proj } = await app.seed.project({ dockerRepo: image });
  app.imageBuilder.offer(`${image}:v1`, { "rocas.onboard": "1" });

  const { data } = await app.execute(BUILD, { input: { proj, tag: "v1", from: "PRE_BUILT" } });
  await app.settled();
  const { data: result } = await app.execute(RESULT, { id: data.buildProject.id });

  expect(data.buildProject).toMatchObject({ tag: "v1", from: "PRE_BUILT", proj: { name: proj } });
  const { bvers, log, task } = result.build;
  expect(task).toEqual({ state: "FINISHED", error: null });
  expect(bvers).toMatchObject({ tag: "v1", status: "IDENTICAL", proj: { name: proj } });
  expect(bvers.live).toEqual({ dockerId: bvers.dockerId, build: { id: data.buildProject.id } });
  expect(log).toEqual({ text: `Pulled ${image}:v1\n`, hasMore: false, ended: true });
});

test("a rebuilt tag is a drift of the snapshot that an earlier build took", async () => {
  await using app = await openTestApp();
  const image = "registry.example/team/iris";
  const { name: proj } = await app.seed.project({ dockerRepo: image });
  const input = { proj, tag: "v1", from: "PRE_BUILT" };
  const first = app.imageBuilder.offer(`${image}:v1`, { "rocas.onboard": "1" });
  const { data } = await app.execute(BUILD, { input });
  await app.settled();
  const second = app.imageBuilder.offer(`${image}:v1`, { "rocas.onboard": "2" });
  await app.execute(BUILD, { input });
  await app.settled();

  const { data: result } = await app.execute(RESULT, { id: data.buildProject.id });

  expect(result.build.bvers).toMatchObject({ status: "REPLACED", dockerId: first, live: { dockerId: second } });
});

test("build versions are listed without the superseded ones", async () => {
  await using app = await openTestApp();
  const image = "registry.example/team/iris";
  const { name: proj } = await app.seed.project({ dockerRepo: image });
  for (const tag of ["v1", "v2", "v2"]) {
    app.imageBuilder.offer(`${image}:${tag}`, { "rocas.onboard": "1" });
    await app.execute(BUILD, { input: { proj, tag, from: "PRE_BUILT" } });
    await app.settled();
  }

  const { data } = await app.execute(
    /* GraphQL */ `
      query Versions($proj: String!) {
        buildVersions(filter: { proj: { eq: $proj } }) {
          totalCount
          nodes {
            tag
            superseded
          }
        }
        buildVersion(proj: $proj, tag: "v1") {
          tag
          trainings {
            totalCount
          }
          deployments {
            totalCount
          }
        }
        project(name: $proj) {
          builds {
            totalCount
          }
          buildVersions {
            nodes {
              tag
            }
          }
        }
      }
    `,
    { proj },
  );

  expect(data.buildVersions).toEqual({
    totalCount: 2,
    nodes: [
      { tag: "v2", superseded: false },
      { tag: "v1", superseded: false },
    ],
  });
  expect(data.buildVersion).toEqual({ tag: "v1", trainings: { totalCount: 0 }, deployments: { totalCount: 0 } });
  expect(data.project).toEqual({ builds: { totalCount: 3 }, buildVersions: { nodes: [{ tag: "v2" }, { tag: "v1" }] } });
});

test("deleting a build version removes its image, and a build its log", async () => {
  await using app = await openTestApp();
  const image = "registry.example/team/iris";
  const { name: proj } = await app.seed.project({ dockerRepo: image });
  const id = app.imageBuilder.offer(`${image}:v1`, { "rocas.onboard": "1" });
  const { data } = await app.execute(BUILD, { input: { proj, tag: "v1", from: "PRE_BUILT" } });
  await app.settled();
  await app.imageBuilder.untag(`${image}:v1`);

  await app.seed.mutate("deleteBuildVersion", "DeleteBuildVersionInput", { proj, tag: "v1" }, "id done");
  await app.seed.mutate("deleteBuild", "DeleteBuildInput", { id: data.buildProject.id }, "id done");

  expect(await app.imageBuilder.inspect(id)).toBeNull();
  expect(await app.app.store.logs.countDocuments()).toBe(0);
});

const WITH_RECIPE = /* GraphQL */ `
  mutation Build($input: BuildProjectInput!) {
    buildProject(input: $input) {
      dockerfile
      target
      args {
        name
        value
      }
    }
  }
`;

test("a build says which Dockerfile, stage and arguments it was given", async () => {
  await using app = await openTestApp();
  const { name: proj } = await app.seed.project({ homeDir: "iris" });
  const recipe = { dockerfile: "docker/gpu.Dockerfile", target: "train", args: [{ name: "CUDA", value: "12.4" }] };

  const { data } = await app.execute(WITH_RECIPE, { input: { proj, ...recipe } });
  const { data: usual } = await app.execute(WITH_RECIPE, { input: { proj, tag: "usual" } });

  expect(data.buildProject).toEqual(recipe);
  expect(usual.buildProject).toEqual({ dockerfile: null, target: null, args: [] });
});

test.each([
  [{ from: "PRE_BUILT", target: "one" }, "builds from LOCAL and GIT only"],
  [{ dockerfile: "../Dockerfile" }, "The file name"],
  [{ target: "a b" }, "A stage of a Dockerfile"],
  [{ args: [{ name: "A-B", value: "1" }] }, "The name of an argument"],
  [
    {
      args: [
        { name: "A", value: "1" },
        { name: "A", value: "2" },
      ],
    },
    "The argument A is given twice.",
  ],
])("%j is refused", async (recipe, named) => {
  await using app = await openTestApp();
  const { name: proj } = await app.seed.project({ homeDir: "iris", dockerRepo: "registry.example/team/iris" });

  const { errors } = await app.execute(WITH_RECIPE, { input: { proj, ...recipe } });

  expect(errors![0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
  expect(errors![0]!.message).toContain(named);
});
