import { expect, test } from "vitest";
import { buildAgain, builtProject, imageId } from "./support/built-project.js";
import { sendMutation } from "./support/every-mutation.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const FIELDS = "id bvers { tag } revision replicas";

/** A tag that goes while the engine is asked: after the checks of a mutation, before its write. */
function goesMeanwhile(app: TestApp, proj: string, tag: string): void {
  app.runtime.meanwhile = () =>
    app.seed.mutate("deleteBuildVersion", "DeleteBuildVersionInput", { proj, tag }, "id done");
}

test("a training whose build version goes meanwhile is refused, and its key stays free", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const input = { proj: proj.name, notebook: "train.ipynb", idempotencyKey: "once" };
  goesMeanwhile(app, proj.name, "latest");

  const refused = await sendMutation(app, "startTraining", input, "id");
  await buildAgain(app.app, proj, imageId("2"));
  const made = await sendMutation(app, "startTraining", input, "id");

  expect(refused.errors).toMatchObject([{ extensions: { code: "CONFLICT" } }]);
  expect(made.errors).toBeUndefined();
});

test("a deployment whose next build version goes meanwhile keeps what was wanted, and the key stays free", async () => {
  await using app = await openTestApp();
  const { proj } = await builtProject(app);
  const wanted = { proj: proj.name, name: "live", tag: "latest", notebook: "predict.ipynb" };
  const { id } = await app.seed.mutate("deploy", "DeployInput", wanted);
  await buildAgain(app.app, proj, imageId("2"), "next");
  const input = { proj: proj.name, name: "live", tag: "next", replicas: 2, idempotencyKey: "once" };
  goesMeanwhile(app, proj.name, "next");

  const refused = await sendMutation(app, "deploy", input, FIELDS);
  const kept = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Deployment { ${FIELDS} } } }`, { id });
  await buildAgain(app.app, proj, imageId("3"), "next");
  const changed = await sendMutation(app, "deploy", input, FIELDS);

  expect(refused.errors).toMatchObject([{ extensions: { code: "CONFLICT" } }]);
  expect(kept.data.node).toEqual({ id, bvers: { tag: "latest" }, revision: 3, replicas: 1 });
  expect(changed.data.deploy).toEqual({ id, bvers: { tag: "next" }, revision: 4, replicas: 2 });
});

test("an alias that many versions are given at once is on one of them", async () => {
  await using app = await openTestApp();
  await using beside = await app.beside();
  const { name: model } = await app.seed.model();
  const versions = await Promise.all(Array.from({ length: 8 }, () => app.seed.modelVersion({ model })));

  const answers = await Promise.all(
    versions.map(({ name }, index) =>
      sendMutation(index % 2 ? app : beside, "updateModelVersion", { model, name, aliases: ["live"] }, "id"),
    ),
  );
  const { data } = await app.execute(
    `query ($model: String!) { modelVersions(filter: { model: { eq: $model }, aliases: { has: "live" } }) { totalCount } }`,
    { model },
  );

  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(data.modelVersions).toEqual({ totalCount: 1 });
});

test("the secret of a chest is that of the update which came last, not of one that was refused", async () => {
  await using app = await openTestApp();
  const chest = { username: "flora", password: "first" };
  const { id, name } = await app.seed.mutate("createTreasureChest", "CreateTreasureChestInput", chest);
  const passwords = Array.from({ length: 8 }, (_, index) => `password-${index}`);

  // All under one key: one of them counts, and the seven others are refused after they have sealed theirs.
  const answers = await Promise.all(
    passwords.map((password) =>
      sendMutation(app, "updateTreasureChest", { name, username: "flora", password, idempotencyKey: "once" }, "id"),
    ),
  );

  const counted = passwords.filter((_, index) => !answers[index]!.errors);
  const { secret_version } = (await app.app.store.treasureChests.findOne({ _id: id }).lean())!;
  expect(counted).toEqual([(await app.app.vault.open(id, secret_version)).password]);
});
