import { expect, test } from "vitest";
import { announced, fetched, send } from "./support/exchange.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const PUBLISH = /* GraphQL */ `
  mutation Publish($input: PublishModelVersionInput!) {
    publishModelVersion(input: $input) {
      id
      name
      state
      details
      ds {
        name
        status
      }
      train {
        name
      }
      pretrained {
        name
        status
      }
      uploads {
        name
        url
      }
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation Update($input: UpdateModelVersionInput!) {
    updateModelVersion(input: $input) {
      details
      aliases
    }
  }
`;
const DOWNLOAD = `query ($model: String!) { modelVersion(model: $model, name: "best") { id download(name: "clf.pkl") } }`;

const publish = (app: TestApp, input: object) => app.execute(PUBLISH, { input });
const aliasesOf = async (app: TestApp, model: string, name: string) =>
  (
    await app.execute(
      `query ($model: String!, $name: String!) { modelVersion(model: $model, name: $name) { aliases } }`,
      {
        model,
        name,
      },
    )
  ).data.modelVersion.aliases;

test("a version freezes what it came from, as it was", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const ds = await app.seed.dataset({ model });
  const base = await app.seed.modelVersion({ model });

  const { data } = await publish(app, {
    model,
    name: "best",
    ds: { model, name: ds.name },
    pretrained: { model, name: base.name },
    details: { accuracy: 0.97 },
    files: [{ name: "clf.pkl", text: "weights" }],
  });

  expect(data.publishModelVersion).toMatchObject({
    name: "best",
    state: "READY",
    details: { accuracy: 0.97 },
    train: null,
    ds: { name: ds.name, status: "IDENTICAL" },
    pretrained: { name: base.name, status: "IDENTICAL" },
  });
});

test.each(["ds", "pretrained"])("a %s that is not there is refused with its path", async (field) => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();

  const { errors } = await publish(app, { model, [field]: { model, name: "nowhere" } });

  expect(errors).toMatchObject([{ extensions: { code: "NOT_FOUND", path: ["input", field] } }]);
});

test("a version that still waits for files is nothing to start from", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const files = [announced("clf.pkl", "weights")];
  const { data } = await publish(app, { model, name: "best", files });

  const refused = await publish(app, { model, pretrained: { model, name: "best" } });
  await send(app, data.publishModelVersion.uploads[0].url, "weights");
  const made = await publish(app, { model, pretrained: { model, name: "best" } });

  expect(refused.errors).toMatchObject([{ extensions: { code: "NOT_FOUND" } }]);
  expect(made.data.publishModelVersion.pretrained).toEqual({ name: "best", status: "IDENTICAL" });
});

test("the files of a version keep the contract of its model", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model({ modelFiles: [{ name: "clf.pkl", required: true, maxMb: 0.000007 }] });
  const of = (files: object[]) => publish(app, { model, files });

  const refused = [await of([]), await of([{ name: "clf.pkl", text: "weights!" }])];
  const made = await of([{ name: "clf.pkl", text: "weights" }]);

  expect(refused.map(({ errors }) => errors?.[0]?.extensions)).toEqual([
    { code: "CONTRACT_NOT_MET", path: ["input", "files"] },
    { code: "CONTRACT_NOT_MET", path: ["input", "files", 0] },
  ]);
  expect(made.data.publishModelVersion.state).toBe("READY");
});

test("of many publications of one name at a time each gets its own place, one is current, and none is mixed", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const contents = Array.from({ length: 32 }, (_, index) => `weights ${index}`);

  const answers = await Promise.all(
    contents.map((text) => publish(app, { model, name: "best", files: [{ name: "clf.pkl", text }] })),
  );
  await app.settled();

  expect(answers.map(({ data }) => data.publishModelVersion.state)).toEqual(Array(32).fill("READY"));
  const stored = await app.app.store.modelVersions.find({}).sort({ seq: 1 }).lean();
  expect(stored.map(({ seq }) => seq)).toEqual(contents.map((_, index) => index + 1));
  expect(stored.filter(({ superseded }) => !superseded)).toEqual([stored.at(-1)]);
  const { modelVersion } = (await app.execute(DOWNLOAD, { model })).data;
  expect(modelVersion.id).toBe(stored.at(-1)!._id);
  const own = answers.findIndex(({ data }) => data.publishModelVersion.id === modelVersion.id);
  expect((await fetched(app, modelVersion.download)).toString()).toBe(contents[own]);
});

test("of many uploads to one name at a time each that is completed gets its place", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const contents = Array.from({ length: 32 }, (_, index) => `weights ${index}`);
  const begun = await Promise.all(
    contents.map((text) => publish(app, { model, name: "best", files: [announced("clf.pkl", text)] })),
  );

  await Promise.all(
    begun.map(({ data }, index) => send(app, data.publishModelVersion.uploads[0].url, contents[index]!)),
  );
  await app.settled();

  const { data } = await app.execute(`{ modelVersions { totalCount nodes { id superseded } } }`);
  expect(data.modelVersions).toMatchObject({ totalCount: 1, nodes: [{ superseded: false }] });
  const stored = await app.app.store.modelVersions.find({}).sort({ seq: -1 }).lean();
  expect(stored).toHaveLength(32);
  expect(stored[0]).toMatchObject({ seq: 32, _id: data.modelVersions.nodes[0].id });
}, 60_000);

test("a superseded version stays reachable by its id with its files", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const one = await app.seed.modelVersion({ model, name: "best", files: [{ name: "clf.pkl", text: "old" }] });
  await app.seed.modelVersion({ model, name: "best", files: [{ name: "clf.pkl", text: "new" }] });

  const { data } = await app.execute(
    `query ($id: ID!) { node(id: $id) { ... on ModelVersion { superseded download(name: "clf.pkl") } } }`,
    { id: one.id },
  );

  expect(data.node.superseded).toBe(true);
  expect((await fetched(app, data.node.download)).toString()).toBe("old");
});

test("an update changes details or aliases and leaves what is not given", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { name } = await app.seed.modelVersion({ model, details: { accuracy: 1 } });
  const update = async (change: object) =>
    (await app.execute(UPDATE, { input: { model, name, ...change } })).data.updateModelVersion;

  expect(await update({ aliases: ["live", "best", "live"] })).toEqual({
    details: { accuracy: 1 },
    aliases: ["live", "best"],
  });
  expect(await update({ details: { accuracy: 2 } })).toEqual({ details: { accuracy: 2 }, aliases: ["live", "best"] });
  expect(await update({ aliases: null, details: null })).toEqual({ details: {}, aliases: [] });
});

test("an alias that another version of the model has moves; one of another model's version stays", async () => {
  await using app = await openTestApp();
  const [{ name: model }, { name: other }] = [await app.seed.model(), await app.seed.model()];
  await app.seed.modelVersion({ model, name: "one" });
  await app.seed.modelVersion({ model, name: "two" });
  await app.seed.modelVersion({ model: other, name: "one" });
  const call = (of: string, name: string, aliases: string[]) =>
    app.execute(UPDATE, { input: { model: of, name, aliases } });
  await call(model, "one", ["live", "first"]);
  await call(other, "one", ["live"]);

  await call(model, "two", ["live"]);

  expect(await aliasesOf(app, model, "one")).toEqual(["first"]);
  expect(await aliasesOf(app, model, "two")).toEqual(["live"]);
  expect(await aliasesOf(app, other, "one")).toEqual(["live"]);
});

test("a version has twenty aliases at most", async () => {
  await using app = await openTestApp();
  const { name: model } = await app.seed.model();
  const { name } = await app.seed.modelVersion({ model });
  const aliases = Array.from({ length: 21 }, (_, index) => `alias-${index}`);

  const { errors } = await app.execute(UPDATE, { input: { model, name, aliases } });

  expect(errors).toMatchObject([{ extensions: { code: "LIMIT_EXCEEDED", path: ["input", "aliases"] } }]);
  expect(await aliasesOf(app, model, name)).toEqual([]);
});
