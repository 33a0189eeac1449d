import { getNamedType, isInputObjectType, isNullableType } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rocasSchema } from "../src/schema.js";
import { sendMutation } from "./support/every-mutation.js";
import { openTestApp, type TestApp } from "./support/open-test-app.js";
import { PARTIAL_UPDATES, REFUSED } from "./support/partial-updates.js";

const { schema } = await rocasSchema();
const MUTATIONS = schema.getMutationType()!.getFields();
/** What names the record, or the request. */
const NAMING = new Set(["name", "idempotencyKey"]);

const UPDATES = Object.keys(MUTATIONS).filter((name) => name.startsWith("update") || name === "deploy");
const FIELDS = UPDATES.flatMap((name) => nullableFields(name).map((field) => [name, field] as const));
const NEVER_EMPTY = FIELDS.filter(([name, field]) => fieldOf(name, field).empty === REFUSED);
const CAN_BE_EMPTY = FIELDS.filter(([name, field]) => fieldOf(name, field).empty !== REFUSED);

/** The fields of a mutation's input that may be left out, as the schema says. */
function nullableFields(name: string): string[] {
  const input = getNamedType(MUTATIONS[name]!.args[0]!.type);
  if (!isInputObjectType(input)) throw new Error(`${name} takes no input.`);
  const fields = Object.values(input.getFields()).filter(({ type }) => isNullableType(type));
  return fields.map((field) => field.name).filter((field) => !NAMING.has(field));
}

function fieldOf(name: string, field: string) {
  const row = PARTIAL_UPDATES[name]?.fields[field];
  if (!row) throw new Error(`${name}.${field} is in no row of the table.`);
  return row;
}

const shownFields = (name: string) =>
  Object.entries(PARTIAL_UPDATES[name]!.fields).filter(([, { shown }]) => shown !== null);
const selection = (name: string): string =>
  ["id", ...shownFields(name).map(([field, { shown }]) => `${field}: ${shown ?? field}`)].join(" ");
const allSet = (name: string): object =>
  Object.assign({}, ...Object.values(PARTIAL_UPDATES[name]!.fields).map(({ set }) => set)) as object;
const full = (name: string): object =>
  Object.fromEntries(shownFields(name).map(([field, { full: value }]) => [field, value]));

let app: TestApp;

beforeAll(async () => {
  app = await openTestApp();
});
afterAll(() => app[Symbol.asyncDispose]());

/** A record of which every field is set, and what changes it. */
async function fullRecord(name: string) {
  const named = await PARTIAL_UPDATES[name]!.named(app);
  const update = (change: object) => sendMutation(app, name, { ...named, ...change }, selection(name));
  const set = await update(allSet(name));
  return { set, update };
}

test.each(UPDATES)("%s sets every field, and leaves what is not given", async (name) => {
  const { set, update } = await fullRecord(name);
  const left = await update({});

  expect(set.errors).toBeUndefined();
  expect(set.data[name]).toMatchObject(full(name));
  expect(left.data[name]).toMatchObject(full(name));
});

test.each(CAN_BE_EMPTY)("%s empties %s by null, and nothing else", async (name, field) => {
  const { update } = await fullRecord(name);
  const emptied = await update({ [field]: null });
  const setAgain = await update(fieldOf(name, field).set);

  expect(emptied.errors).toBeUndefined();
  expect(emptied.data[name]).toEqual({ id: expect.any(String), ...full(name), [field]: fieldOf(name, field).empty });
  expect(setAgain.data[name]).toMatchObject(full(name));
});

test.each(NEVER_EMPTY)("%s refuses null for %s, which is never empty", async (name, field) => {
  const { update } = await fullRecord(name);
  const refused = await update({ ...fieldOf(name, field).set, [field]: null });
  const left = await update({});

  expect(refused.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", path: ["input", field] } }]);
  expect(left.data[name]).toMatchObject(full(name));
});
