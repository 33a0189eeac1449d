import { expect, test } from "vitest";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import type { Subscribed } from "./support/subscribed.js";
import { trainedVersion } from "./support/trained-version.js";

const DRIFT = /* GraphQL */ `
  subscription Drift($proj: String) {
    driftDetected(proj: $proj) {
      deployment {
        name
      }
      path
      status
      type
      recordId
      key
      drift {
        path
      }
      live {
        id
      }
    }
  }
`;

const follow = (app: TestApp, proj?: string) => app.subscribe(DRIFT, { proj });

const drifts = async (subscription: Subscribed, count: number) =>
  (await subscription.take(count))
    .map(({ data }) => data.driftDetected)
    .sort((one, other) => (one.path < other.path ? -1 : 1));

/** A version that a training made of the dataset `iris`, deployed. */
async function deployed(app: TestApp) {
  const { proj, model } = await builtProject(app);
  const version = await trainedVersion(app, proj.name, model.name);
  await app.settled();
  const input = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", movers: [version] };
  await app.seed.mutate("deploy", "DeployInput", { ...input, replicas: 0 });
  return { proj, model, version };
}

test("a tag that is built anew is drift wherever what it named is deployed", async () => {
  await using app = await openTestApp();
  const { proj } = await deployed(app);
  const subscription = await follow(app, proj.name);

  const { _id } = await buildAgain(app.app, proj, imageId("2"));
  const events = await drifts(subscription, 2);

  expect(events).toMatchObject([
    { deployment: { name: "live" }, path: ["bvers"], status: "REPLACED", type: "BUILD_VERSION", live: { id: _id } },
    { path: ["movers", "0", "train", "bvers"], status: "REPLACED", key: [proj.name, "latest"] },
  ]);
});

test("a dataset under a deployed version is drift when it changes, is published anew and is deleted, once each", async () => {
  await using app = await openTestApp();
  const { model } = await deployed(app);
  const key = { model: model.name, name: "iris" };
  const subscription = await follow(app);

  await app.seed.mutate("updateDataset", "UpdateDatasetInput", { ...key, details: { source: "fields" } });
  const changed = await drifts(subscription, 2);
  const { id } = await app.seed.dataset({ ...key, files: [{ name: "measures.csv", text: "new\n" }] });
  const replaced = await drifts(subscription, 2);
  await app.seed.mutate("deleteDataset", "DeleteDatasetInput", key, "id");
  const deleted = await drifts(subscription, 2);
  await app.seed.mutate("updateModel", "UpdateModelInput", { name: model.name, desc: "the end" });
  const next = await drifts(subscription, 1);

  const paths = [{ path: ["movers", "0", "ds"] }, { path: ["movers", "0", "train", "ds", "0"] }];
  expect(changed).toMatchObject(
    paths.map((each) => ({ ...each, status: "CHANGED", drift: [{ path: ["details", "source"] }] })),
  );
  expect(replaced).toMatchObject(paths.map((each) => ({ ...each, status: "REPLACED", live: { id } })));
  expect(deleted).toMatchObject(paths.map((each) => ({ ...each, status: "DELETED", live: null })));
  expect(next).toMatchObject([{ type: "MODEL", status: "CHANGED" }]);
});

test("changes of records that are not deployed, or in another project, are no drift", async () => {
  await using app = await openTestApp();
  const { proj, model } = await deployed(app);
  const other = await app.seed.project();
  const elsewhere = await follow(app, other.name);
  const subscription = await follow(app);

  const unused = await app.seed.dataset({ model: model.name });
  await app.seed.dataset({ model: model.name, name: unused.name, files: [{ name: "measures.csv", text: "2\n" }] });
  await app.seed.mutate("updateModelVersion", "UpdateModelVersionInput", {
    model: model.name,
    name: "trained",
    aliases: ["production"],
  });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, desc: "Flowers" });

  const events = await drifts(subscription, 2);
  expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["PROJECT"]));
  await elsewhere.return();
  await subscription.return();
  expect(app.app.live.subscriptions).toBe(0);
});
