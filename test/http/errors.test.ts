import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

const INTERNALS = /mongodb:|CANARY|node_modules|ECONNREFUSED|at \/|10\.0\.0\.1/;

test("an unknown failure is masked, and logged once under the id that the client gets", async () => {
  await using front = await openHttpServer();
  const { text, headers, body } = await front.query(`{fail(how:"uri")}`);
  expect(body.errors[0]).toMatchObject({ message: "internal error", path: ["fail"], extensions: { code: "INTERNAL" } });
  expect(text).not.toMatch(INTERNALS);
  const { id } = body.errors[0].extensions;
  expect(headers.get("x-request-id")).toBe(id);
  expect(front.log().split(id)).toHaveLength(2);
});

test("a password in the failure's words does not reach the log", async () => {
  await using front = await openHttpServer();
  await front.query(`{fail(how:"uri")}`);
  expect(front.log()).toContain("request_failed");
  expect(front.log()).not.toContain("CANARY");
});

test("an error of a library that carries a code of its own is masked too", async () => {
  await using front = await openHttpServer();
  const { text, body } = await front.query(`{fail(how:"stranger")}`);
  expect(body.errors[0].extensions.code).toBe("INTERNAL");
  expect(text).not.toMatch(INTERNALS);
});

test("a database that does not answer is said so, without its address", async () => {
  await using front = await openHttpServer();
  const { text, body } = await front.query(`{fail(how:"network")}`);
  expect(body.errors[0].extensions.code).toBe("STORE_UNAVAILABLE");
  expect(text).not.toMatch(INTERNALS);
});

test("an error of ours keeps its code, its message and the path of the input", async () => {
  await using front = await openHttpServer();
  const { body } = await front.query(`{fail(how:"taken")}`);
  expect(body.errors[0]).toMatchObject({
    message: "The name is taken.",
    path: ["fail"],
    extensions: { code: "ALREADY_EXISTS", path: ["input", "name"] },
  });
});

test("a refused document carries the id of its request", async () => {
  await using front = await openHttpServer();
  const { headers, body } = await front.query("{nothing}");
  expect(body.errors[0].extensions).toEqual({ code: "GRAPHQL_VALIDATION_FAILED", id: headers.get("x-request-id") });
});

test("a document that does not fit is 200 under application/json and 400 under GraphQL's own type", async () => {
  await using front = await openHttpServer();
  const ask = (accept: string) => front.post({ query: "{nothing}" }, { accept });
  expect((await ask("application/json")).status).toBe(200);
  const strict = await ask("application/graphql-response+json");
  expect(strict.status).toBe(400);
  expect(strict.headers.get("content-type")).toBe("application/graphql-response+json; charset=utf-8");
});

test("a client that takes no JSON is told so", async () => {
  await using front = await openHttpServer();
  const { status, body } = await front.post({ query: "{polluted}" }, { accept: "multipart/mixed" });
  expect(status).toBe(406);
  expect(body.errors[0].extensions.code).toBe("BAD_USER_INPUT");
});

test("a limit is 413, which no client takes for a reason to send the same again", async () => {
  await using front = await openHttpServer();
  expect(await front.send("/own/long")).toMatchObject({
    status: 413,
    body: { errors: [{ extensions: { code: "LIMIT_EXCEEDED" } }] },
  });
});

test("a route's own errors go out as JSON, and its failures masked", async () => {
  await using front = await openHttpServer();
  expect(await front.send("/own/taken")).toMatchObject({
    status: 409,
    body: { errors: [{ extensions: { code: "ALREADY_EXISTS" } }] },
  });
  const broken = await front.send("/own/broken");
  expect(broken).toMatchObject({ status: 500, body: { errors: [{ extensions: { code: "INTERNAL" } }] } });
  expect(broken.text + front.log()).not.toContain("CANARY");
});

test("an unknown operation name is refused without repeating it", async () => {
  await using front = await openHttpServer();
  const { text, body } = await front.post({ query: "query a{polluted} query b{polluted}", operationName: "CANARY" });
  expect(body.errors[0].extensions).toMatchObject({ code: "BAD_USER_INPUT", path: ["operationName"] });
  expect(text).not.toContain("CANARY");
});
