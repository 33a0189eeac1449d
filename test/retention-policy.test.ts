import { expect, test } from "vitest";
import { sweepGenerations } from "../src/retention/sweep-generations.js";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { trainedVersion } from "./support/trained-version.js";

const SET = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { retention { keepLast keepDays } } }`;

const keep = (app: TestApp, name: string, retention: object | null) => app.execute(SET, { input: { name, retention } });
const left = async (app: TestApp, ids: readonly string[]) =>
  (
    (await app.execute(`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, { ids })).data.nodes as ({
      id: string;
    } | null)[]
  ).map((node, index) => (node ? index + 1 : null));
const published = async (app: TestApp, model: string, count: number, input: object = {}) => {
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) ids.push((await app.seed.dataset({ model, name: "iris", ...input })).id);
  return ids;
};
/** As if the records had been made so many days ago. */
const age = (app: TestApp, ids: readonly string[], days: number) =>
  app.app.store.datasets.collection.updateMany({ _id: { $in: [...ids] } } as object, {
    $set: { created_at: new Date(Date.now() - days * 86_400_000) },
  });

test("the last n of a name are kept, the current one among them", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ retention: { keepLast: 2 } });
  const ids = await published(app, model, 4);
  const other = await published(app, model, 1, { name: "wine" });

  await sweepGenerations(app.app);

  expect(await left(app, [...ids, ...other])).toEqual([null, null, 3, 4, 5]);
});

test("what is younger than d days is kept, however many they are", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const ids = await published(app, model, 4);
  await age(app, ids.slice(0, 2), 8);

  const { data } = await keep(app, model, { keepLast: 1, keepDays: 7 });
  await sweepGenerations(app.app);

  expect(data.updateModel.retention).toEqual({ keepLast: 1, keepDays: 7 });
  expect(await left(app, ids)).toEqual([null, null, 3, 4]);
});

test("without a policy, and with one taken back, all are kept", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ retention: { keepLast: 1 } });
  await keep(app, model, null);
  const ids = await published(app, model, 3);

  await sweepGenerations(app.app);

  expect(await left(app, ids)).toEqual([1, 2, 3]);
});

test("what a kept version was trained on and trained from is kept, and goes after it", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const names = { model, name: "iris" };
  const ids = await published(app, model, 1);
  const base = await app.seed.modelVersion({ model, name: "base" });
  const tuned = await app.seed.modelVersion({ model, name: "tuned", ds: names, pretrained: { model, name: "base" } });
  ids.push(...(await published(app, model, 2)));
  await app.seed.modelVersion({ model, name: "base" });
  await keep(app, model, { keepLast: 1 });

  await sweepGenerations(app.app);
  const kept = await left(app, [...ids, base.id]);
  await app.seed.mutate("deleteModelVersion", "DeleteModelVersionInput", { id: tuned.id }, "id");
  await sweepGenerations(app.app);

  expect(kept).toEqual([1, null, 3, 4]);
  expect(await left(app, [...ids, base.id])).toEqual([null, null, 3, null]);
});

test("what a deployment wants, and the image in which a kept version was trained, are kept", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const trained = await trainedVersion(app, proj.name, model.name);
  const trainedIn = await app.app.store.buildVersions.findOne({ proj: proj.id }).lean();
  const wanted = await buildAgain(app.app, proj, imageId("2"));
  const wish = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb", replicas: 0 };
  await app.seed.mutate("deploy", "DeployInput", { ...wish, movers: [trained] });
  const deployed = await app.app.store.modelVersions.findOne({ name: "trained" }).lean();
  const unused = await buildAgain(app.app, proj, imageId("3"));
  const current = await buildAgain(app.app, proj, imageId("4"));
  await app.seed.modelVersion(trained);
  await app.settled();
  await keep(app, model.name, { keepLast: 1 });
  await app.seed.mutate("updateProject", "UpdateProjectInput", { name: proj.name, retention: { keepLast: 1 } });

  await sweepGenerations(app.app);

  const ids = [trainedIn, wanted, unused, current, deployed].map((each) => each!._id);
  expect(await left(app, ids)).toEqual([1, 2, null, 4, 5]);
});

test("what a training that has not ended mounts is kept", async () => {
  await using app = await openTestApp();
  const { proj, model } = await builtProject(app);
  const ids = await published(app, model.name, 1);
  const datasets = [{ model: model.name, name: "iris" }];
  const start = { proj: proj.name, notebook: "train.ipynb", datasets };
  await app.seed.mutate("startTraining", "StartTrainingInput", start);
  ids.push(...(await published(app, model.name, 2)));
  await keep(app, model.name, { keepLast: 1 });

  await sweepGenerations(app.app);

  expect(await left(app, ids)).toEqual([1, null, 3]);
});

test("an alias keeps a superseded version", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ retention: { keepLast: 1 } });
  const names = { model, name: "best" };
  const { id } = await app.seed.modelVersion(names);
  await app.seed.modelVersion(names);
  // As a crash leaves it before the alias has followed the name.
  await app.app.store.modelVersions.updateOne({ _id: id }, { $set: { aliases: ["production"] } });

  await sweepGenerations(app.app);

  expect(await left(app, [id])).toEqual([1]);
});

test("two processes that sweep at a time delete each once, and a sweep again changes nothing", async () => {
  await using app = await openTestApp();
  await using other = await app.beside();
  const { name: model } = await app.seed.model({ retention: { keepLast: 1 } });
  const ids = await published(app, model, 6);

  await Promise.all([sweepGenerations(app.app), sweepGenerations(other.app)]);
  await sweepGenerations(app.app);
  await app.settled();

  expect(await left(app, ids)).toEqual([null, null, null, null, null, 6]);
  const deletions = await app.app.store.events.countDocuments({ action: "DELETE" });
  expect(deletions).toBe(5);
});

test.each([
  [{}, ["input", "retention"]],
  [{ keepLast: 0 }, ["input", "retention", "keepLast"]],
  [{ keepLast: 10_001 }, ["input", "retention", "keepLast"]],
  [{ keepLast: 2, keepDays: -1 }, ["input", "retention", "keepDays"]],
  [{ keepDays: 36_501 }, ["input", "retention", "keepDays"]],
])("the policy %o is refused with its path", async (retention, path) => {
  await using app = await openTestApp();
  const { name } = await app.seed.model();

  const { errors } = await keep(app, name, retention);

  expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path } }]);
});
