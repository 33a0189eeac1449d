import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

const INTERNALS = /mongodb:|CANARY|node_modules|ECONNREFUSED|at \/|10\.0\.0\.1/;

test("an unknown failure is masked, and logged once under the id that the client gets", async () => {
  await using http = await openHttpServer();
  const { text, headers, body } = await http.query(`{fail(how:"uri")}`);
  expect(body.errors[0]).toMatchObject({ message: "internal error", path: ["fail"], extensions: { code: "INTERNAL" } });
  expect(text).not.toMatch(INTERNALS);
  const { id } = body.errors[0].extensions;
  expect(headers.get("x-request-id")).toBe(id);
  expect(http.log().split(id)).toHaveLength(2);
});

test("a password in the failure's words does not reach the log", async () => {
  await using http = await openHttpServer();
  await http.query(`{fail(how:"uri")}`);
  expect(http.log()).toContain("request_failed");
  expect(http.log()).not.toContain("CANARY");
});

test("an error of a library that carries a code of its own is masked too", async () => {
  await using http = await openHttpServer();
  const { text, body } = await http.query(`{fail(how:"stranger")}`);
  expect(body.errors[0].extensions.code).toBe("INTERNAL");
  expect(text).not.toMatch(INTERNALS);
});

test("a database that does not answer is said so, without its address", async () => {
  await using http = await openHttpServer();
  const { text, body } = await http.query(`{fail(how:"network")}`);
  expect(body.errors[0].extensions.code).toBe("STORE_UNAVAILABLE");
  expect(text).not.toMatch(INTERNALS);
});

test("an error of ours keeps its code, its message and the path of the input", async () => {
  await using http = await openHttpServer();
  const { body } = await http.query(`{fail(how:"taken")}`);
  expect(body.errors[0]).toMatchObject({
    message: "The name is taken.",
    path: ["fail"],
    extensions: { code: "ALREADY_EXISTS", path: ["input", "name"] },
  });
});

test("a refused document carries the id of its request", async () => {
  await using http = await openHttpServer();
  const { headers, body } = await http.query("{nothing}");
  expect(body.errors[0].extensions).toEqual({ code: "GRAPHQL_VALIDATION_FAILED", id: headers.get("x-request-id") });
});

test("a document that does not fit is 200 under application/json and 400 under GraphQL's own type", async () => {
  await using http = await openHttpServer();
  const ask = (accept: string) => http.post({ query: "{nothing}" }, { accept });
  expect((await ask("application/json")).status).toBe(200);
  const strict = await ask("application/graphql-response+json");
  expect(strict.status).toBe(400);
  expect(strict.headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
});

test("a client that takes no JSON is answered so", async () => {
  await using http = await openHttpServer();
  const { status, body } = await http.post({ query: "{polluted}" }, { accept: "multipart/mixed" });
  expect(status).toBe(406);
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
});

test("a limit is 413, which no client takes for a reason to send the same again", async () => {
  await using http = await openHttpServer();
  expect(await http.send("/own/long")).toMatchObject({
    status: 413,
    body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] },
  });
});

test("a route's own errors go out as JSON, and its failures masked", async () => {
  await using http = await openHttpServer();
  expect(await http.send("/own/taken")).toMatchObject({
    status: 409,
    body: { errors: [{ extensions: { code: "ALREADY_EXISTS" } }] },
  });
  const broken = await http.send("/own/broken");
  expect(broken).toMatchObject({ status: 500, body: { errors: [{ extensions: { code: "INTERNAL" } }] } });
  expect(broken.text + http.log()).not.toContain("CANARY");
});

test("an unknown operation name is refused without repeating it", async () => {
  await using http = await openHttpServer();
  const { text, body } = await http.post({ query: "query a{polluted} query b{polluted}", operationName: "CANARY" });
  expect(body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["operationName"] });
  expect(text).not.toContain("CANARY");
});
