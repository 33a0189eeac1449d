import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { breaks, namedBreaks } from "./contract/breaks.js";
import { readSchema, SCHEMA_FILE, schemaOf } from "./schema-files.js";

const RELEASED = fileURLToPath(new URL("contract/released.graphql", import.meta.url));
const NAMED = fileURLToPath(new URL("../../docs/breaking-changes.md", import.meta.url));

const text = readFileSync(SCHEMA_FILE, "utf8");
/** What the schema breaks where a piece of its text is replaced. */
const breaksOf = (piece: string, replacement: string): Promise<string[]> => {
  expect(text, "the schema holds what the test replaces").toContain(piece);
  return breaks(readSchema(), schemaOf(text.replace(piece, replacement)));
};

test("no change since the release breaks a client, but those that docs/breaking-changes.md names with a reason", async () => {
  const broken = await breaks(schemaOf(readFileSync(RELEASED, "utf8")), readSchema());

  expect(broken.sort()).toEqual(namedBreaks(readFileSync(NAMED, "utf8")).sort());
});

test("a field that goes is a break", async () => {
  const broken = await breaksOf('  """The number of containers that should run, 0 to 20."""\n  replicas: Int!\n', "");

  expect(broken).toEqual(["FIELD_REMOVED Deployment.replicas"]);
});

test("an input that must be given is a break", async () => {
  const broken = await breaksOf("input CreateModelInput {", "input CreateModelInput {\n  owner: String!");

  expect(broken).toEqual(["INPUT_FIELD_ADDED CreateModelInput.owner"]);
});

test("an answer that may be null is a break", async () => {
  const broken = await breaksOf("  availability: Availability!", "  availability: Availability");

  expect(broken).toEqual(["FIELD_TYPE_CHANGED Deployment.availability"]);
});

test("a key that other subgraphs may use, and that goes, is a break", async () => {
  const broken = await breaksOf('@key(fields: "id") @key(fields: "name")', '@key(fields: "id")');

  expect(broken).toEqual(["DIRECTIVE_USAGE_OBJECT_REMOVED Model.@key"]);
});

test("what is added, and what a client may leave out, breaks nobody", async () => {
  const more = "type Query {\n  health(deep: Boolean): Health\n}\ntype Health {\n  ok: Boolean!\n}";
  const added = await breaks(readSchema(), schemaOf(`${text}\nextend ${more}`));
  const optional = await breaksOf("input CreateModelInput {", "input CreateModelInput {\n  owner: String");

  expect([...added, ...optional]).toEqual([]);
});

test("a break is named by kind, place and a reason, and by nothing less", () => {
  const page = [
    "- `FIELD_REMOVED Model.desc`: It said the same as `summary`.",
    "- `FIELD_REMOVED Model.name`",
    "- `FIELD_REMOVED Model.id`: because.",
    "FIELD_REMOVED Model.dataFiles: It is gone, and that is all.",
  ].join("\n");

  expect(namedBreaks(page)).toEqual(["FIELD_REMOVED Model.desc"]);
});
