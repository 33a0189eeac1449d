import { expect, test } from "vitest";
import { openHttpServer } from "./support/open-http-server.js";

const JSON_TYPE = "application/json; charset=utf-8";
const GRAPHQL_TYPE = "application/graphql-response+json; charset=utf-8";

test.each([
  ["*/*", JSON_TYPE],
  ["application/*", JSON_TYPE],
  ["application/json;charset=utf-8", JSON_TYPE],
  ["APPLICATION/JSON", JSON_TYPE],
  ["no media range, application/json", JSON_TYPE],
  ["application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", GRAPHQL_TYPE],
  ["application/json;q=0.5, application/graphql-response+json", GRAPHQL_TYPE],
  ["application/json;q=0, */*", GRAPHQL_TYPE],
])("who accepts %s is answered in %s", async (accept, type) => {
  await using http = await openHttpServer();

  const { status, headers } = await http.post({ query: "{polluted}" }, { accept });

  expect([status, headers.get("content-type")]).toEqual([200, type]);
});

test.each(["text/css", "application/json;q=0", "application/json;q=none", "no media range"])(
  "who accepts nothing but %s is told what there is",
  async (accept) => {
    await using http = await openHttpServer();

    const { status, body } = await http.post({ query: "{polluted}" }, { accept });

    expect([status, body.errors[0].message]).toEqual([406, "Answers are JSON: accept application/json."]);
  },
);
