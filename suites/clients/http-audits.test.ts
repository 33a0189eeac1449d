import { serverAudits } from "graphql-http";
import { expect, test } from "vitest";
import { sharedRocas } from "./support/shared-rocas.js";

const rocas = sharedRocas();
const audits = serverAudits({ url: () => `${rocas().url}/graphql` });
const required = audits.filter(({ name }) => /^(MUST|SHOULD) /.test(name));
const optional = audits.filter((each) => !required.includes(each));

test.each(required)("GraphQL over HTTP: $name", async ({ fn }) => {
  expect(await fn()).toMatchObject({ status: "ok" });
});

test("of what a server may do over HTTP, one thing is left out: GET without a header that other origins cannot set", async () => {
  const results = await Promise.all(optional.map(({ fn }) => fn()));

  const left = results.filter(({ status }) => status !== "ok");
  expect(left.map(({ status, name }) => `${status}: ${name}`)).toEqual([
    "notice: MAY accept application/x-www-form-urlencoded formatted GET requests",
    "notice: MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
    "notice: MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
  ]);
});
