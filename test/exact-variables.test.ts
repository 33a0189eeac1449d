import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { builtProject } from "./support/built-project.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PlayedContainer } from "./support/played-container.js";
import { serveApp } from "./support/serve-app.js";

let app: TestApp;
let server: Awaited<ReturnType<typeof serveApp>>;
let proj: string;
beforeAll(async () => {
  app = await openTestApp();
  server = await serveApp(app);
  proj = (await builtProject(app)).proj.name;
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await app[Symbol.asyncDispose]();
});

const startWith = (variables: string, params: string) =>
  `mutation Start${variables} { startTraining(input: { proj: "${proj}", notebook: "a.ipynb", params: ${params} }) { id } }`;
const bodyOf = (query: string, variables: string) => `{"query":${JSON.stringify(query)},"variables":${variables}}`;

async function post(query: string, variables: string, accept = "application/json") {
  const headers = { "content-type": "application/json", accept };
  return (await fetch(`${server.url}/graphql`, { method: "POST", headers, body: bodyOf(query, variables) })).text();
}

async function overWebSocket(query: string, variables: string): Promise<string> {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const told: string[] = [];
  socket.on("open", () => socket.send(`{"type":"connection_init"}`));
  socket.on("message", (data: Buffer) => void told.push(data.toString()));
  await expect.poll(() => told.length).toBe(1);
  socket.send(`{"id":"1","type":"subscribe","payload":${bodyOf(query, variables)}}`);
  await expect.poll(() => told.length).toBe(3);
  socket.close();
  return told[1]!;
}

/** The parameters that the container of the training is given, as text. */
async function paramsOf(answer: string): Promise<string> {
  const id = /"id":"(train_[^"]+)"/.exec(answer)?.[1];
  if (!id) throw new Error(answer);
  await expect.poll(() => app.runtime.running(id).length, { timeout: 10_000 }).toBe(1);
  const told = await (await PlayedContainer.of(app.runtime.running(id)[0]!).send("POST", "/claim", "{}")).text();
  return /"params":(\{.*?\}),"timeoutSeconds"/.exec(told)![1]!;
}

test.each([
  ["of type Float", "($v: Float!)", "{ lr: $v }", `{"v":1.0}`, `{"lr":1.0}`],
  ["of type Float that is written without a point", "($v: Float!)", "{ lr: $v }", `{"v":1}`, `{"lr":1.0}`],
  ["of type Int", "($v: Int!)", "{ n: $v }", `{"v":1}`, `{"n":1}`],
  ["that is a plain value", "($v: PlainValue)", "{ lr: $v }", `{"v":1e3}`, `{"lr":1000.0}`],
  ["that is a whole plain value", "($v: PlainValue)", "{ n: $v }", `{"v":3}`, `{"n":3}`],
  ["in a list", "($v: PlainValue)", "{ l: [$v, 2, 3.0] }", `{"v":1.0}`, `{"l":[1.0,2,3.0]}`],
  ["nested", "($v: Float)", "{ a: { b: [{ c: $v }] } }", `{"v":0.0}`, `{"a":{"b":[{"c":0.0}]}}`],
  ["that is a list of floats", "($v: [Float!])", "{ l: $v }", `{"v":[1.0, 2, 0.5]}`, `{"l":[1.0,2.0,0.5]}`],
  ["that is a list of plain values", "($v: [PlainValue!])", "{ l: $v }", `{"v":[1.0, 2]}`, `{"l":[1.0,2]}`],
  ["that is one in place of a list", "($v: [PlainValue!])", "{ l: $v }", `{"v":1.0}`, `{"l":[1.0]}`],
  ["that is an object", "($v: JSONObject)", "{ o: $v }", `{"v":{"a":1.0,"b":[2.0,3]}}`, `{"o":{"a":1.0,"b":[2.0,3]}}`],
  ["that is the whole", "($v: JSONObject)", "$v", `{"v":{"a":1.0,"b":[2.0,3]}}`, `{"a":1.0,"b":[2.0,3]}`],
  ["with a default of type Float", "($v: Float = 2)", "{ lr: $v }", "{}", `{"lr":2.0}`],
  ["with a default that is a plain value", "($v: PlainValue = 2.0)", "{ lr: $v }", "{}", `{"lr":2.0}`],
  ["with a whole default", "($v: PlainValue = 2)", "{ n: $v }", "{}", `{"n":2}`],
  ["with a default that is a list", "($v: [PlainValue!] = [2.0, 3])", "{ l: $v }", "{}", `{"l":[2.0,3]}`],
  ["with a default that is an object", "($v: JSONObject = { a: 2.0 })", "{ o: $v }", "{}", `{"o":{"a":2.0}}`],
  ["in place of its default", "($v: PlainValue = 2.0)", "{ n: $v }", `{"v":3}`, `{"n":3}`],
  ["that is null", "($v: Float = 2.0)", "{ lr: $v }", `{"v":null}`, `{"lr":null}`],
])("a number in a variable %s is taken as it was meant", async (_, variables, params, given, told) => {
  expect(await paramsOf(await post(startWith(variables, params), given))).toBe(told);
});

test.each([
  ["a WebSocket", overWebSocket],
  ["server-sent events", (query: string, variables: string) => post(query, variables, "text/event-stream")],
])("so it is over %s", async (_, send) => {
  const query = startWith("($v: PlainValue, $w: Float = 2)", "{ lr: $v, deep: [$w] }");

  expect(await paramsOf(await send(query, `{"v":1.0}`))).toBe(`{"lr":1.0,"deep":[2.0]}`);
});

test("two requests at the same time keep their own numbers", async () => {
  const query = startWith("($v: PlainValue)", "{ v: $v }");

  const answers = await Promise.all(
    [`{"v":1.0}`, `{"v":1}`, `{"v":1.0}`, `{"v":1}`].map((given) => post(query, given)),
  );

  expect(await Promise.all(answers.map(paramsOf))).toEqual([`{"v":1.0}`, `{"v":1}`, `{"v":1.0}`, `{"v":1}`]);
});
