import { expect, test } from "vitest";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { fileOf, playedTraining } from "./support/played-training.js";

const READ = /* GraphQL */ `
  query Read($id: ID!) {
    node(id: $id) {
      ... on Training {
        targetDeployment
        rollout {
          state
          revision
          reason
          deployment {
            name
            revision
            replicas
            details
            movers {
              name
              alias
            }
            revisions {
              totalCount
            }
          }
        }
      }
    }
  }
`;
const CHANGES = /* GraphQL */ `
  subscription Changes($of: ID!) {
    recordChanged(of: $of) {
      record {
        ... on Training {
          rollout {
            state
            revision
          }
        }
      }
    }
  }
`;

const read = async (app: TestApp, id: string) => (await app.execute(READ, { id })).data.node;
const rollout = (app: TestApp, id: string) => async () => (await read(app, id)).rollout;
const state = (app: TestApp, id: string) => async () => (await read(app, id)).rollout.state;
const SOON = { timeout: 15_000 };

/** A training that runs, for a deployment that serves `old` of its model by the alias `live`, and a version of another. */
async function withTarget(app: TestApp, deployed: object = {}) {
  const { proj, model } = await builtProject(app);
  const other = await app.seed.model();
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, models: [model.name, other.name] });
  const served = await app.seed.modelVersion({ model: model.name, name: "old" });
  await app.seed.mutate("updateModelVersion", "UpdateModelVersionInput", {
    model: model.name,
    name: served.name,
    aliases: ["live"],
  });
  const beside = await app.seed.modelVersion({ model: other.name, name: "beside" });
  await app.seed.mutate("deploy", "DeployInput", {
    proj: proj.name,
    name: "target",
    tag: "latest",
    notebook: "predict.ipynb",
    movers: [
      { model: model.name, name: "live" },
      { model: other.name, name: beside.name },
    ],
    details: { team: "flora" },
    ...deployed,
  });
  return { proj, model, ...(await startedIn(app, proj.name)) };
}

async function startedIn(app: TestApp, proj: string) {
  const played = await playedTraining(app, { proj, targetDeployment: "target" });
  await played.container.claim();
  const { container, training } = played;
  return { container, id: training.id as string };
}

type Played = Awaited<ReturnType<typeof startedIn>> & { readonly model: { readonly name: string } };

async function publish({ container, model }: Played, name: string) {
  const files = [fileOf("clf.pkl", "the weights")];
  const { body } = await container.post("/publish", { name, model: model.name, files });
  for (const { url } of body.uploads) await container.send("PUT", url, "the weights");
}

test("what a training published is deployed in place of the version of its model, and of that alone", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app, { replicas: 2 });
  expect(await rollout(app, played.id)()).toMatchObject({ state: "PENDING", revision: null, reason: null });

  await publish(played, "new");
  await played.container.complete();

  await expect.poll(state(app, played.id), SOON).toBe("DEPLOYED");
  const movers = [
    { name: "new", alias: null },
    { name: "beside", alias: null },
  ];
  expect(await read(app, played.id)).toMatchObject({
    targetDeployment: "target",
    rollout: {
      revision: 2,
      reason: null,
      deployment: { revision: 2, replicas: 2, details: { team: "flora" }, movers, revisions: { totalCount: 2 } },
    },
  });
});

test("a version that takes the alias over with the name is served by the alias", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app);

  await publish(played, "old");
  await played.container.complete();

  await expect.poll(state(app, played.id), SOON).toBe("DEPLOYED");
  const { movers } = (await rollout(app, played.id)()).deployment;
  expect(movers[0]).toEqual({ name: "old", alias: "live" });
});

test("subscribers hear of the result", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app);
  const heard = await app.subscribe(CHANGES, { of: played.id });

  await publish(played, "new");
  await played.container.complete();

  const told = { data: { recordChanged: { record: { rollout: { state: "DEPLOYED", revision: 2 } } } } };
  await expect.poll(async () => (await heard.take(1))[0], SOON).toMatchObject(told);
  await heard.return();
});

test("a crash between the deployment and its result makes no other revision", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app);
  const { store } = app.app;
  await publish(played, "new");
  await played.container.complete();
  await expect.poll(state(app, played.id), SOON).toBe("DEPLOYED");
  await app.seed.mutate("deploy", "DeployInput", { proj: played.proj.name, name: "target", movers: [] });

  // As it was before the result was written, with the end of the task still to be relayed.
  const event = await store.events.find({ record: played.id, "after.task.state": "FINISHED" }).next();
  const { at, caller, action, before, after } = event!;
  await store.trainings.collection.updateOne(
    { _id: played.id as never },
    { $set: { "rollout.state": "PENDING", outbox: [{ version: 1_000, at, caller, action, before, after }] } },
  );
  await app.settled();

  await expect.poll(state(app, played.id), SOON).toBe("DEPLOYED");
  expect(await rollout(app, played.id)()).toMatchObject({
    revision: 2,
    deployment: { revision: 3, movers: [], revisions: { totalCount: 3 } },
  });
});

test.each([
  ["published nothing", { ok: true }, "published no version"],
  ["failed", { ok: false, error: { name: "ValueError", message: "no gradient", cell: 3 } }, "FAILED"],
])("nothing is deployed of a training that %s", async (_what, result, reason) => {
  await using app = await openTestApp();
  const { container, id } = await withTarget(app);

  await container.complete(result);

  await expect.poll(state(app, id), SOON).toBe("SKIPPED");
  const found = await rollout(app, id)();
  expect(found).toMatchObject({ revision: null, deployment: { revision: 1 } });
  expect(found.reason).toContain(reason);
});

test("a deployment that serves lazily stays so", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app, { movers: [] });

  await publish(played, "new");
  await played.container.complete();

  await expect.poll(state(app, played.id), SOON).toBe("SKIPPED");
  expect(await rollout(app, played.id)()).toMatchObject({ deployment: { revision: 1, movers: [] } });
});

test("a deployment that was deleted meanwhile, and made again, is not the one that was asked for", async () => {
  await using app = await openTestApp();
  const played = await withTarget(app, { replicas: 0 });
  const { name: proj } = played.proj;
  await app.seed.mutate("deleteDeployment", "DeleteDeploymentInput", { proj, name: "target", cascade: true }, "done");
  await app.settled();
  await app.seed.mutate("deploy", "DeployInput", {
    proj,
    name: "target",
    tag: "latest",
    notebook: "predict.ipynb",
    replicas: 0,
  });

  await publish(played, "new");
  await played.container.complete();

  await expect.poll(state(app, played.id), SOON).toBe("REFUSED");
  const { reason, deployment } = await rollout(app, played.id)();
  expect(reason).toContain("deleted");
  expect(deployment).toBeNull();
});

test("a deployment of another project is none to deploy to", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  await withTarget(app);
  const input = { proj: proj.name, notebook: "train.ipynb", targetDeployment: "target" };

  const { errors } = await app.execute(
    `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id } }`,
    { input },
  );

  expect(errors?.[0]?.extensions).toMatchObject({ code: "NOT_FOUND", path: ["input", "targetDeployment"] });
});
