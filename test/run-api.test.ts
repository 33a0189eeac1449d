import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { builtProject } from "./support/built-project.js";
import { PlayedContainer } from "./support/played-container.js";

const TRAINING = `{ id name task { state progress error attempt } movers { nodes { name } } log { text } }`;
const START = `mutation Start($input: StartTrainingInput!) { startTraining(input: $input) ${TRAINING} }`;

/** A training whose container runs, and which a test plays. */
async function started(app: TestApp, input: object = {}) {
  const { proj, model } = await builtProject(app);
  const ds = await app.seed.dataset({ model: model.name });
  const { data, errors } = await app.execute(START, {
    input: { proj: proj.name, notebook: "train.ipynb", datasets: [{ model: model.name, name: ds.name }], ...input },
  });
  expect(errors).toBeUndefined();
  await app.settled();
  const [spec] = app.runtime.running(data.startTraining.id);
  if (!spec) throw new Error("Nothing runs.");
  return { proj, model, ds, training: data.startTraining, spec, container: PlayedContainer.of(spec) };
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const fileOf = (name: string, text: string) => ({ name, size: Buffer.byteLength(text), sha256: sha256(text) });

test("a container gets its work once, and only once", async () => {
  await using app = await openTestApp();
  const { container, training, ds, model, proj } = await started(app, { params: { depth: 3, deep: null } });

  const first = await container.claim();
  const second = await container.claim();

  expect(first.status).toBe(200);
  expect(first.body).toMatchObject({
    job: training.id,
    attempt: 1,
    slot: 0,
    kind: "train",
    notebook: "train.ipynb",
    params: { depth: 3, deep: null },
    datasets: [
      { model: model.name, name: ds.name, folder: `${model.name}.${ds.name}`, files: [{ name: "measures.csv" }] },
    ],
    versions: [],
    lazy: false,
    meta: { proj: { name: proj.name }, models: [{ name: model.name }], train: { name: training.name } },
  });
  expect(second.status).toBe(409);
});

test("of many claims of one attempt exactly one passes the gate", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);

  const answers = await Promise.all(Array.from({ length: 8 }, () => container.claim()));

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
});

test("a container fetches the files of what its own job mounts, and nothing else", async () => {
  await using app = await openTestApp();
  const { container, model } = await started(app);
  const other = await app.seed.dataset({ model: model.name });
  const { body } = await container.claim();

  const own = await container.send("GET", `${body.datasets[0].url}/measures.csv`);
  const foreign = await container.send("GET", `/records/${other.id}/files/measures.csv`);

  const content = await own.text();
  expect(content).toBe("5.1,3.5,1.4,0.2\n");
  expect(own.headers.get("x-rocas-sha256")).toBe(sha256(content));
  expect(own.headers.get("content-length")).toBe(String(content.length));
  expect(foreign.status).toBe(404);
});

test.each([{ compressed: true }, { lightweight: true }, { compressed: true, lightweight: true }])(
  "a container fetches plain files, however they are kept: %o",
  async (kept) => {
    await using app = await openTestApp();
    const { proj, model } = await builtProject(app);
    const ds = await app.seed.dataset({ model: model.name, ...kept });
    const datasets = [{ model: model.name, name: ds.name }];
    const { data } = await app.execute(START, { input: { proj: proj.name, notebook: "train.ipynb", datasets } });
    await app.settled();
    const container = PlayedContainer.of(app.runtime.running(data.startTraining.id)[0]!);
    const { body } = await container.claim();

    const answer = await container.send("GET", `${body.datasets[0].url}/measures.csv`);

    expect(await answer.text()).toBe("5.1,3.5,1.4,0.2\n");
  },
);

test.each([
  ["too many values", { details: { values: Array.from({ length: 3000 }, () => 0) } }],
  ["an operator for a key", { details: { $set: 1 } }],
  ["a nesting too deep", { details: JSON.parse(`${'{"a":'.repeat(30)}1${"}".repeat(30)}`) }],
  ["a size below nothing", { files: [{ name: "clf.pkl", size: -1, sha256: "0".repeat(64) }] }],
  ["a checksum that is none", { files: [{ name: "clf.pkl", size: 1, sha256: "../../etc" }] }],
  ["a dataset that was not mounted", { ds: { model: "m", name: "d" } }],
])("a publish with %s is refused, and nothing is recorded", async (_, wish) => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();

  const answer = await container.post("/publish", { files: [fileOf("clf.pkl", "x")], ...wish });

  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(await app.app.store.modelVersions.countDocuments()).toBe(0);
});

test("nothing is fetched before the attempt is claimed", async () => {
  await using app = await openTestApp();
  const { container, spec } = await started(app);
  const { datasets } = (await container.claim()).body;
  const early = PlayedContainer.of(spec);
  await app.app.store.jobs.updateOne({ _id: spec.job }, { $set: { "slots.0.claimed_at": null } });

  expect((await early.send("GET", `${datasets[0].url}/measures.csv`)).status).toBe(409);
});

test("another token than a run token opens nothing", async () => {
  await using app = await openTestApp();
  const { spec } = await started(app);
  const url = spec.env["ROCAS_RUN_URL"] ?? "";
  const tokens = ["", "x".repeat(43), `${spec.secretFiles["token"]}x`, (spec.secretFiles["token"] ?? "").slice(0, -1)];

  const answers = await Promise.all(tokens.map((token) => new PlayedContainer(url, token).claim()));

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
});

test("the run token is stored nowhere", async () => {
  await using app = await openTestApp();
  const { spec, container } = await started(app);
  await container.claim();

  const job = JSON.stringify(await app.app.store.jobs.findOne({ _id: spec.job }));
  expect(job).not.toContain(spec.secretFiles["token"]);
  expect(JSON.stringify(spec.env)).not.toContain(spec.secretFiles["token"]);
});

test.each([
  ["a progress of 1e308", '{"progress": 1e308}'],
  ["an infinite progress", '{"progress": 1e999}'],
  ["no number", '{"progress": "NaN"}'],
  ["a negative progress", '{"progress": -0.1}'],
  ["an unknown field", '{"progress": 0.5, "state": "SUCCEEDED"}'],
  ["no JSON", "{progress: NaN}"],
  ["a list", "[0.5]"],
])("a heartbeat with %s is refused and changes nothing", async (_, body) => {
  await using app = await openTestApp();
  const { container, spec } = await started(app);
  await container.claim();

  const answer = await container.post("/heartbeat", body);

  expect(answer).toMatchObject({ status: 400, body: { error: { code: "BAD_USER_INPUT" } } });
  expect((await app.app.store.jobs.findOne({ _id: spec.job }))?.slots[0]?.progress).toBe(0);
});

test("a body above its bound is refused before it is read", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();

  const answer = await container.post("/log", { seq: 0, text: "x".repeat(65 * 1024) });
  const huge = await container.post("/heartbeat", `"${"x".repeat(300 * 1024)}"`).catch(() => ({ status: 413 }));

  expect(answer.status).toBe(413);
  expect(huge.status).toBe(413);
});

test("a body that is encoded is refused, and not decompressed", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();

  const encoded = await container.send("POST", "/heartbeat", "{}", { "content-encoding": "gzip" });

  expect(encoded.status).toBe(415);
  expect(await encoded.json()).toMatchObject({ error: { code: "BAD_USER_INPUT" } });
});

test("a log is kept without what steers a terminal, a piece sent twice once", async () => {
  await using app = await openTestApp();
  const { container, training } = await started(app);
  await container.claim();

  await container.post("/log", { seq: 0, text: "\u001b]0;owned\u0007loss 0.1\n" });
  await container.post("/log", { seq: 1, text: "loss 0.05\n" });
  await container.post("/log", { seq: 1, text: "loss 0.05\n" });

  const { data } = await app.execute(`query Log($id: ID!) { node(id: $id) { ... on Training ${TRAINING} } }`, {
    id: training.id,
  });
  expect(data.node.log.text).toBe("loss 0.1\nloss 0.05\n");
});

test("a training publishes a version from what it mounted", async () => {
  await using app = await openTestApp();
  const { container, model, ds, training } = await started(app);
  await container.claim();

  const text = "the weights";
  const answer = await container.post("/publish", { details: { accuracy: 0.97 }, files: [fileOf("clf.pkl", text)] });
  const upload = await container.send("PUT", answer.body.uploads[0].url, text);

  expect(answer.body).toMatchObject({ model: model.name, state: "PENDING" });
  expect(await upload.json()).toEqual({ state: "READY" });
  const { data } = await app.execute(
    `query V($model: String!, $name: String!) { modelVersion(model: $model, name: $name) { details train { name } ds { name } files { name } } }`,
    { model: model.name, name: answer.body.name },
  );
  expect(data.modelVersion).toEqual({
    details: { accuracy: 0.97 },
    train: { name: training.name },
    ds: { name: ds.name },
    files: [{ name: "clf.pkl" }],
  });
});

test("the same publish repeated by the attempt gives the first version, also under the name that was made up", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();
  const wish = { files: [fileOf("clf.pkl", "the weights")] };

  const first = await container.post("/publish", wish);
  const again = await container.post("/publish", wish);
  await container.send("PUT", first.body.uploads[0].url, "the weights");
  const named = await container.post("/publish", { ...wish, name: first.body.name });
  const repeated = await container.send("PUT", first.body.uploads[0].url, "the weights");

  expect(again.body).toMatchObject({ id: first.body.id, name: first.body.name });
  expect(named.body).toMatchObject({ id: first.body.id, state: "READY", uploads: [] });
  expect(await repeated.json()).toEqual({ state: "READY" });
});

test("a training publishes for models of its project only, and only whole names", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  const other = await app.seed.model();
  await container.claim();
  const files = [fileOf("clf.pkl", "x")];

  const foreign = await container.post("/publish", { model: other.name, files });
  const named = await container.post("/publish", { name: "../x", files });
  const traversal = await container.post("/publish", { files: [{ ...files[0], name: "../x" }] });
  const unknown = await container.post("/publish", { files, train: "another" });

  expect([foreign, named, traversal, unknown].map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  expect(foreign.body.error.message).toContain("the project's models are");
});

test("an upload of other bytes than announced is refused and can be repeated", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();
  const { body } = await container.post("/publish", { files: [fileOf("clf.pkl", "right")] });

  const wrong = await container.send("PUT", body.uploads[0].url, "wrong");
  const longer = await container.send("PUT", body.uploads[0].url, "longer");
  const right = await container.send("PUT", body.uploads[0].url, "right");

  expect([wrong.status, longer.status]).toEqual([400, 400]);
  expect(await right.json()).toEqual({ state: "READY" });
});

test("the executed notebook is kept, and fetched through the training", async () => {
  await using app = await openTestApp();
  const { container, training } = await started(app);
  await container.claim();

  const answer = await container.send("PUT", "/output", '{"cells": []}');

  expect(answer.status).toBe(200);
  const { data } = await app.execute(`query N($id: ID!) { node(id: $id) { ... on Training { outputNotebook } } }`, {
    id: training.id,
  });
  expect(data.node.outputNotebook).toMatch(/^\/files\//);
});

test("a failing cell is the error of the task", async () => {
  await using app = await openTestApp();
  const { container, training } = await started(app);
  await container.claim();
  await container.heartbeat({ progress: 0.4 });

  const error = { name: "NameError", message: "name 'x' is not defined", cell: 3, traceback: "..." };
  expect((await container.complete({ ok: false, error })).status).toBe(200);
  expect((await container.complete({ ok: false, error })).status).toBe(200);
  await app.settled();

  const { data } = await app.execute(`query T($id: ID!) { node(id: $id) { ... on Training ${TRAINING} } }`, {
    id: training.id,
  });
  expect(data.node.task).toEqual({
    state: "FAILED",
    progress: 0.4,
    error: "NameError: name 'x' is not defined (cell 3)",
    attempt: 1,
  });
});

test("after its end the token of an attempt is dead", async () => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();
  await container.complete();
  await app.settled();

  const answers = [
    await container.heartbeat(),
    await container.claim(),
    await container.post("/publish", { files: [] }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([409, 409, 409]);
});

test("a cancelled training is told to stop at its next heartbeat", async () => {
  await using app = await openTestApp();
  const { container, proj, training } = await started(app);
  await container.claim();

  await app.execute(`mutation C($input: CancelTrainingInput!) { cancelTraining(input: $input) { id } }`, {
    input: { proj: proj.name, name: training.name },
  });

  expect((await container.heartbeat()).status).toBe(409);
  expect((await container.complete()).status).toBe(409);
});

test.each([
  "/",
  "/claim/",
  "/records/%2e%2e/files/x",
  "/records/a%2fb/files/x",
  "//claim",
  "/graphql",
  "/records/a/files/%ff",
])("there is nothing at %s", async (path) => {
  await using app = await openTestApp();
  const { container } = await started(app);
  await container.claim();
  expect((await container.send("GET", path)).status).toBe(404);
});
