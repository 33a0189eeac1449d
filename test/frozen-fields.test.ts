import { afterAll, beforeAll, expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";
import { deployedFromEverything, everyField, frozenTypes } from "./support/every-field.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";

const { schema } = await rocasSchema();

/** Where a snapshot of each type is, seen from a deployment. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  BuildVersion: ["bvers"],
  Dataset: ["movers", "ds"],
  Model: ["movers", "model"],
  ModelVersion: ["movers"],
  Project: ["bvers", "proj"],
  Training: ["movers", "train"],
};

let app: TestApp;
let deployment: string;

beforeAll(async () => {
  app = await openTestApp();
  deployment = await deployedFromEverything(app);
});
afterAll(() => app[Symbol.asyncDispose]());

/** The snapshot of that type in the deployment, with what is current. */
async function frozen(type: string) {
  const fields = everyField(schema, type);
  const seen = `{ status drift { path frozen now } ${fields} live { ${fields} } }`;
  const place = PLACES[type]!.reduceRight((inner, field) => `{ ${field} ${inner} }`, seen);
  const { data, errors } = await app.execute(`query ($id: ID!) { node(id: $id) { ... on Deployment ${place} } }`, {
    id: deployment,
  });
  expect(errors).toBeUndefined();
  return PLACES[type]!.reduce((at, field) => [at[field]].flat()[0], data.node);
}

const isSet = (value: unknown): boolean =>
  value !== null && (typeof value !== "object" || Object.keys(value).length > 0);

test("each type of which there are snapshots is tried below", () => {
  expect(frozenTypes(schema)).toEqual(Object.keys(PLACES));
});

test.each(Object.keys(PLACES))(
  "a snapshot of a %s taken a moment ago is identical, with every field set",
  async (type) => {
    const { status, drift, live, ...fields } = await frozen(type);

    expect(Object.entries(live).filter(([, value]) => !isSet(value))).toEqual([]);
    expect(fields).toEqual(live);
    expect({ status, drift }).toEqual({ status: "IDENTICAL", drift: [] });
  },
);
