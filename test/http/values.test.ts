import { afterAll, beforeAll, expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

let http: Awaited<ReturnType<typeof openHttpServer>>;
beforeAll(async () => {
  http = await openHttpServer();
});
afterAll(() => http.close());

const PLANT = "mutation($input:PlantInput!){plant(input:$input){name}}";

test.each([
  ["a number", { name: "a", count: "CANARY" }, ["input", "count"]],
  ["an enum", { name: "a", colour: "CANARY" }, ["input", "colour"]],
  ["a name", { name: "CANARY-" }, ["input", "name"]],
  ["an item of a list", { name: "a", names: ["b", { c: "CANARY" }] }, ["input", "names", 1]],
  ["an input object", { name: "a", beside: [{ name: "b" }, "CANARY"] }, ["input", "beside", 1]],
  ["JSON", { name: "a", details: { $key: "CANARY" } }, ["input", "details"]],
  ["a whole input", "CANARY", ["input"]],
])("a wrong value for %s is refused with its path and without itself", async (_name, input, path) => {
  const { text, body } = await http.query(PLANT, { input });
  expect(body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path });
  expect(text + http.log()).not.toContain("CANARY");
});

test("what would be right is said", async () => {
  const { body } = await http.query(PLANT, { input: { name: "a", colour: "GREEN", count: 1.5 } });
  const messages = body.errors.map(({ message }: { message: string }) => message);
  expect(messages).toContain("input.colour: One of RED, BLUE is expected.");
  expect(messages).toContain("input.count: A value of type Int is expected.");
});

test.each([
  ["a string for a number", `{name:"a",count:"CANARY"}`, ["input", "count"], "GRAPHQL_VALIDATION_FAILED"],
  ["an unknown enum value", `{name:"a",colour:CANARY}`, ["input", "colour"], "GRAPHQL_VALIDATION_FAILED"],
  ["an object for a string", `{name:"a",names:[{a:"CANARY"}]}`, ["input", "names", 0], "GRAPHQL_VALIDATION_FAILED"],
  [
    "a name that breaks the rule",
    `{name:"a",beside:[{name:"CANARY-"}]}`,
    ["input", "beside", 0, "name"],
    "BAD_USER_INPUT",
  ],
])("%s in the document is refused with its path and without itself", async (_name, input, path, code) => {
  const { text, body } = await http.query(`mutation{plant(input:${input}){name}}`);
  expect(body.errors[0].extensions).toMatchObject({ code, path });
  expect(text + http.log()).not.toContain("CANARY");
});

test("the default of a variable is no way round", async () => {
  const { text, body } = await http.query(`query($n:Int="CANARY"){flowers(first:$n){nodes{name}}}`);
  expect(body.errors[0].extensions.path).toEqual(["n"]);
  expect(text).not.toContain("CANARY");
});

test("a variable inside of a JSON literal is no way round", async () => {
  const query = `mutation($v:JSONObject){plant(input:{name:"CANARY",details:{a:$v,b:{_bsontype:"Code"}}}){name}}`;
  const { text, body } = await http.query(query, { v: { a: 1 } });
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  expect(text).not.toContain("CANARY");
});

test("a required variable that is missing is named", async () => {
  const { body } = await http.query(PLANT);
  expect(body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["input"] });
});

test("a syntax error says where and not what", async () => {
  const { text, body } = await http.query(`{flower(name:"a") "CANARY"}`);
  expect(body.errors[0]).toMatchObject({
    locations: [{ line: 1, column: 19 }],
    extensions: { code: "GRAPHQL_PARSE_FAILED" },
  });
  expect(text).not.toContain("CANARY");
});

test.each([
  ["too large a number", `{"name":"a","count":1e400}`],
  ["more than an Int holds", `{"name":"a","count":2147483648}`],
  ["a name with a direction mark", `{"name":"a\\u202Eb"}`],
  ["a name with a lone surrogate", `{"name":"\\uD800"}`],
  ["a key with NUL", `{"name":"a","details":{"a\\u0000b":1}}`],
  ["a key of bson's", `{"name":"a","details":{"_bsontype":"Code"}}`],
  ["an operator for a key", `{"name":"a","details":{"$where":"1"}}`],
])("%s is refused", async (_name, input) => {
  const { body } = await http.post(`{"query":${JSON.stringify(PLANT)},"variables":{"input":${input}}}`);
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
});

test("honest keys pass: dots, spaces, digits", async () => {
  const details = { "python.version": "3.11", "Iris setosa": 50, "0": true };
  const { body } = await http.query(PLANT, { input: { name: "a", details } });
  expect(body).toEqual({ data: { plant: { name: "a" } } });
});

test("the answer to many mistakes stays below 4 kB", async () => {
  const wrong = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${"x".repeat(300)}${index}`, 1]));
  const { text } = await http.query(PLANT, { input: wrong });
  expect(Buffer.byteLength(text)).toBeLessThan(4_096);
});
