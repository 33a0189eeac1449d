import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";
import { serveApp } from "./support/serve-app.js";

const UPDATE = `mutation ($input: UpdateModelVersionInput!) { updateModelVersion(input: $input) { details } }`;
const START = `mutation ($input: StartTrainingInput!) { startTraining(input: $input) { id params } }`;

let app: TestApp;
let server: Awaited<ReturnType<typeof serveApp>>;
let model: string;
beforeAll(async () => {
  app = await openTestApp();
  server = await serveApp(app);
  model = (await app.seed.model()).name;
  await app.seed.modelVersion({ model, name: "v1" });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

/** Numbers as they are written here: no client of JavaScript can send them. */
async function post(body: string) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/graphql`, { method: "POST", headers, body });
  return { status: answer.status, text: await answer.text() };
}
const update = (details: string) =>
  post(
    `{"query":${JSON.stringify(UPDATE)},"variables":{"input":{"model":"${model}","name":"v1","details":${details}}}}`,
  );
const ask = (query: string) => post(JSON.stringify({ query }));

/** What the container of a training is told, as text. */
async function claimOf(start: (proj: string) => Promise<{ text: string }>) {
  const { proj } = await builtProject(app);
  const { text } = await start(proj.name);
  const { id } = JSON.parse(text).data.startTraining;
  await expect.poll(() => app.runtime.running(id).length, { timeout: 10_000 }).toBe(1);
  return (await PlayedContainer.of(app.runtime.running(id)[0]!).send("POST", "/claim", "{}")).text();
}

test.each(["9007199254740993", "-9007199254740993", "12345678901234567890", "123456789012345678901234567890"])(
  "the whole number %s in details is refused with its path, and nothing is changed",
  async (number) => {
    await update(`{"kept":1}`);

    const { status, text } = await update(`{"runs":[{"seed":${number}}]}`);

    expect(status).toBe(400);
    const [{ message, extensions }] = JSON.parse(text).errors;
    expect(extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      path: ["input", "details", "runs", 0, "seed"],
    });
    expect(message).toMatch(/^variables\.input\.details\.runs\[0\]\.seed: .* send it as text/);
    expect((await ask(`{ modelVersion(model: "${model}", name: "v1") { details } }`)).text).toContain(`{"kept":1}`);
  },
);

test.each([
  ["9007199254740992", "9007199254740992"],
  ["-9007199254740991", "-9007199254740991"],
  ["-0", "0"],
  ["1e20", "100000000000000000000"],
  ["1.5e300", "1.5e+300"],
  ["0.1", "0.1"],
  ["0.12345678901234567890", "0.12345678901234568"],
  ['"9007199254740993"', '"9007199254740993"'],
  ['"[9007199254740993, 1.0]"', '"[9007199254740993, 1.0]"'],
])("%s in details is kept", async (sent, kept) => {
  const { text } = await update(`{"value":${sent}}`);

  expect(text).toContain(`"details":{"value":${kept}}`);
});

test("a number that no double holds is refused with its key", async () => {
  const { text } = await update(`{"metrics":{"loss":1e400}}`);

  expect(JSON.parse(text).errors[0]).toMatchObject({
    message: "input.details: metrics.loss: Numbers in a JSON object are finite.",
    extensions: { code: "BAD_USER_INPUT", path: ["input", "details"] },
  });
});

test.each([
  [
    "details",
    `mutation { updateModelVersion(input: { model: "m", name: "v1", details: { a: [9007199254740993] } }) { id } }`,
    ["input", "details", "a", 0],
  ],
  [
    "a filter by details",
    `{ modelVersions(filter: { details: [{ path: ["a"], eq: 9007199254740993 }] }) { totalCount } }`,
    ["filter", "details", 0, "eq"],
  ],
  [
    "a filter by a number",
    `{ modelVersions(filter: { files: { size: { gt: 9007199254740993 } } }) { totalCount } }`,
    ["filter", "files", "size", "gt"],
  ],
  [
    "the default of a variable",
    `query ($v: PlainValue = 9007199254740993) { modelVersions(filter: { details: [{ path: ["a"], eq: $v }] }) { totalCount } }`,
    ["v"],
  ],
])("such a whole number as a literal in %s is refused with its path", async (_where, query, path) => {
  const { text } = await ask(query);

  const [{ message, extensions }] = JSON.parse(text).errors;
  expect(extensions).toMatchObject({ code: "BAD_USER_INPUT", path: expect.arrayContaining(path) });
  expect(message).toContain("send it as text");
});

test("an id is text, however it is written", async () => {
  expect((await ask(`{ node(id: 9007199254740993) { id } }`)).text).toContain('{"data":{"node":null}}');
});

test("a whole number in the variables of a GET, and of an operation over a WebSocket, is refused too", async () => {
  const query = `query ($v: PlainValue) { modelVersions(filter: { model: { eq: "m" }, details: [{ path: ["a"], eq: $v }] }) { totalCount } }`;
  const search = new URLSearchParams({ query, variables: `{"v":9007199254740993}` });
  const got = await fetch(`${server.url}/graphql?${search}`, { headers: { "apollo-require-preflight": "1" } });
  expect(JSON.parse(await got.text()).errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["v"] });

  const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const messages: string[] = [];
  socket.on("open", () => socket.send(`{"type":"connection_init"}`));
  socket.on("message", (data: Buffer) => {
    messages.push(data.toString());
    if (messages.length === 1)
      socket.send(
        `{"id":"1","type":"subscribe","payload":{"query":${JSON.stringify(query)},"variables":{"v":9007199254740993}}}`,
      );
  });
  await expect.poll(() => messages.length).toBe(2);
  socket.close();
  expect(JSON.parse(messages[1]!)).toMatchObject({
    type: "error",
    payload: [{ extensions: { code: "BAD_USER_INPUT", path: ["v"] } }],
  });
});

const PARAMS = `{"lr":1.0,"steps":1e3,"zero":-0.0,"epochs":3,"big":3000000000,"far":9007199254740991,"deep":[2.0,{"a":4.00}],"text":"1.0","half":0.5}`;
const WRITTEN = [
  `"lr":1.0`,
  `"steps":1000.0`,
  `"epochs":3,`,
  `"big":3000000000,`,
  `"far":9007199254740991,`,
  `[2.0,{"a":4.0}]`,
  `"half":0.5`,
];

test("a float in the parameters of a training reaches the notebook as a float, however whole, and an integer as one", async () => {
  const told = await claimOf((proj) =>
    post(
      `{"query":${JSON.stringify(START)},"variables":{"input":{"proj":"${proj}","notebook":"a.ipynb","params":${PARAMS}}}}`,
    ),
  );

  for (const each of WRITTEN) expect(told.split(each)).toHaveLength(3);
});

test("a float in the document does, too", async () => {
  const told = await claimOf((proj) =>
    ask(
      `mutation { startTraining(input: { proj: "${proj}", notebook: "a.ipynb", params: { lr: 1.0, steps: 1e3, epochs: 3 } }) { id } }`,
    ),
  );

  expect(told).toContain(`"params":{"lr":1.0,"steps":1000.0,"epochs":3}`);
});

test("a training answers its parameters as numbers", async () => {
  const { proj } = await builtProject(app);
  const { text } = await post(
    `{"query":${JSON.stringify(START)},"variables":{"input":{"proj":"${proj.name}","notebook":"a.ipynb","params":{"lr":1.0,"big":3000000000}}}}`,
  );

  expect(text).toContain(`"params":{"lr":1,"big":3000000000}`);
  const { data } = await app.execute(`{ trainings(filter: { proj: { eq: "${proj.name}" } }) { nodes { params } } }`);
  expect(data.trainings.nodes).toEqual([{ params: { lr: 1, big: 3_000_000_000 } }]);
});

test("a notebook that publishes such a number, or a name that is refused, learns which", async () => {
  const { proj, model: of } = await builtProject(app);
  const { id } = await app.seed.mutate("startTraining", "StartTrainingInput", { proj: proj.name, notebook: "a.ipynb" });
  await expect.poll(() => app.runtime.running(id).length, { timeout: 10_000 }).toBe(1);
  const container = PlayedContainer.of(app.runtime.running(id)[0]!);
  await container.claim();
  const publish = async (details: string) =>
    (await container.post("/publish", `{"model":"${of.name}","details":${details}}`)).body;

  expect((await publish(`{"seed":9007199254740993}`)).error.message).toMatch(/^details\.seed: .* send it as text/);
  expect((await publish(`{"metrics":{"$loss":1}}`)).error).toEqual({
    code: "BAD_USER_INPUT",
    message: 'details: metrics["$loss"]: A key does not start with $.',
  });
});
