import { buildSchema } from "@typegoose/typegoose";
import { getNamedType, type GraphQLObjectType, isEnumType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { KINDS, TYPE_OF_KIND } from "../src/graph/id.js";
import { RECORD_KINDS } from "../src/kinds.js";
import type { RecordKind } from "../src/kinds/record-kind.js";
import { rocasSchema } from "../src/schema.js";
import { snapshotPaths } from "../src/snapshots/snapshot-paths.js";

const { schema, sdl } = await rocasSchema();
const TYPES = Object.values(TYPE_OF_KIND).sort();
const CARDS: readonly RecordKind[] = KINDS.map((kind) => RECORD_KINDS[kind]);

const implementing = (name: string): string[] =>
  Object.values(schema.getTypeMap())
    .filter((each) => isObjectType(each) && each.getInterfaces().some((one) => one.name === name))
    .map((each) => each.name)
    .sort();

/** The keys of a type that gateways are told. */
const keysOf = (type: string): string[] => {
  const declared = new RegExp(`^type ${type} [^{]*?((?: ?@key\\(fields: "[^"]+"\\))+)`, "m").exec(sdl)?.[1] ?? "";
  return [...declared.matchAll(/fields: "([^"]+)"/g)].map(([, fields]) => fields!).sort();
};

/** Paths as a selection: `[["proj", "name"], ["tag"]]` is `proj { name } tag`. */
function selected(paths: readonly (readonly string[])[]): string {
  const names = [...new Set(paths.map(([first]) => first!))];
  return names
    .map((name) => {
      const inner = paths.filter(([first, ...rest]) => first === name && rest.length > 0).map(([, ...rest]) => rest);
      return inner.length > 0 ? `${name} { ${selected(inner)} }` : name;
    })
    .join(" ");
}

/** Whether the class of a kind stores a field of that name. */
const isStored = (kind: (typeof KINDS)[number], field: string): boolean =>
  buildSchema(RECORD_KINDS[kind].record).path(field) !== undefined;

/** The stored fields of a kind that hold snapshots, with the graph's types of these. */
function storedSnapshots(kind: (typeof KINDS)[number]): Record<string, string> {
  const type = schema.getType(TYPE_OF_KIND[kind]) as GraphQLObjectType;
  const fields: Record<string, string> = {};
  buildSchema(RECORD_KINDS[kind].record).eachPath((path, { schema: nested }) => {
    if (nested?.path("taken_at")) fields[path] = getNamedType(type.getFields()[path]!.type).name;
  });
  return fields;
}

test("each kind of records is a type of the graph that `node` finds, and no other type is", () => {
  expect(implementing("Node")).toEqual(TYPES);
  expect(implementing("StoredRecord")).toEqual(TYPES);
});

test("each kind has connections", () => {
  expect(TYPES.filter((type) => !schema.getType(`${type}Connection`))).toEqual([]);
});

test("each kind can be watched", () => {
  const watched = schema.getType("RecordType");
  const names = isEnumType(watched) ? watched.getValues().map(({ name }) => name.replaceAll("_", "")) : [];
  expect(names.sort()).toEqual(TYPES.map((type) => type.toUpperCase()).sort());
});

test.each(CARDS)("gateways find a $label by the keys on its card", ({ kind, naturalKey }) => {
  const keys = ["id", ...(naturalKey ? [selected(naturalKey)] : [])];
  expect(keysOf(TYPE_OF_KIND[kind])).toEqual(keys.sort());
});

test.each(CARDS)("of a $label there are snapshots if its card says what defines it", ({ kind, definition }) => {
  expect(schema.getType(`${TYPE_OF_KIND[kind]}Snapshot`) !== undefined).toBe(definition !== undefined);
});

test.each(CARDS)("what a $label owns and is used by leads to it by a stored field", ({ owns = [], usedBy = [] }) => {
  const fields = [...owns, ...usedBy].map(({ kind, field }) => [kind, field.split(".")[0]!] as const);
  const missing = fields.filter(([kind, field]) => !isStored(kind, field));
  expect(missing).toEqual([]);
});

test.each(CARDS)("the card of a $label names the fields that hold snapshots, and their kinds", (card) => {
  const { kind, snapshots = {} } = card;
  const types = Object.entries(snapshots).map(([field, of]) => [field, `${TYPE_OF_KIND[of]}Snapshot`]);
  expect(Object.fromEntries(types)).toEqual(storedSnapshots(kind));
});

test.each(CARDS)("each pin in a $label has an index", ({ kind, record }) => {
  const indexed = buildSchema(record)
    .indexes()
    .map(([key]) => Object.keys(key)[0]);
  const pins = snapshotPaths(RECORD_KINDS, kind).filter(({ isPin }) => isPin);

  expect(indexed).toEqual(expect.arrayContaining(pins.map(({ path }) => `${path}.hash`)));
});
