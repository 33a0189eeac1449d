import {
  astFromValue,
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  OperationTypeNode,
  print,
} from "graphql";
import { literalOf } from "./payloads.js";
import type { Twins } from "./twins.js";

export type Path = readonly (string | number)[];
export type Variables = Record<string, unknown>;

/** One place of the schema that takes a value from a client: an argument, or a field or item inside of one. */
export interface Position {
  /** As `Mutation.createModel(input.modelFiles.0.name)`. */
  readonly label: string;
  readonly type: GraphQLInputType;
  /** Where the value stands among the variables. */
  readonly path: Path;
  /** An operation that takes every argument as a variable of its name. */
  readonly document: string;
  /** Valid variables with this value in its place. */
  variables(value: unknown): Promise<Variables>;
  /** An operation with this value in the document itself; null where no document can hold it. */
  literally(value: unknown): Promise<{ document: string; variables: Variables } | null>;
  /** A valid value for the place. */
  twin(): Promise<unknown>;
}

type Field = GraphQLField<unknown, unknown>;
interface Asked {
  readonly owner: GraphQLObjectType;
  readonly field: Field;
  /** The operation around a selection of the field, as `query(...){node(id:"..."){... on Model{ FIELD }}}`. */
  around(declared: string, selection: string): string;
}

/** Every position of the schema, found by introspection: what joins the schema joins these. */
export function positionsOf(schema: GraphQLSchema, twins: Twins): Position[] {
  const lookedInto = new Set<string>();
  return fieldsWithArguments(schema, twins).flatMap((asked) =>
    asked.field.args.flatMap((argument) =>
      insides(argument.type, [argument.name], (type) => isFirst(lookedInto, `${kindOf(asked, schema)} ${type}`)).map(
        (each) => position(asked, each, twins),
      ),
    ),
  );
}

interface Inside {
  readonly type: GraphQLInputType;
  readonly path: Path;
  /** The input type and the field of it where the value stands. */
  readonly owner: string | null;
}

/** Filters hold filters, and lists share theirs: each input type is looked into once for each root and for all records. */
function kindOf({ owner }: Asked, schema: GraphQLSchema): string {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.includes(owner) ? owner.name : "records";
}

function isFirst(met: Set<string>, key: string): boolean {
  if (met.has(key)) return false;
  met.add(key);
  return true;
}

function insides(
  type: GraphQLInputType,
  path: Path,
  isNew: (type: string) => boolean,
  owner: string | null = null,
): Inside[] {
  const here: Inside = { type, path, owner };
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [here, ...insides(nullable.ofType, [...path, 0], isNew, owner)];
  if (!isInputObjectType(nullable) || !isNew(nullable.name)) return [here];
  const fields = Object.values(nullable.getFields());
  return [here, ...fields.flatMap((field) => insides(field.type, [...path, field.name], isNew, nullable.name))];
}

function fieldsWithArguments(schema: GraphQLSchema, twins: Twins): Asked[] {
  const kinds = new Map(
    [OperationTypeNode.QUERY, OperationTypeNode.MUTATION, OperationTypeNode.SUBSCRIPTION].map((kind) => [
      schema.getRootType(kind),
      kind,
    ]),
  );
  const roots = [...kinds.keys()].filter((each) => each != null);
  const atRoots = roots.flatMap((owner) =>
    withArguments(owner).map((field) => ({
      owner,
      field,
      around: (declared: string, selection: string) => `${kinds.get(owner)}${declared}{${selection}}`,
    })),
  );
  const others = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith("__") && !roots.includes(type),
  );
  const below = others.flatMap((owner) =>
    withArguments(owner).map((field) => {
      const way = wayTo(schema, owner, twins);
      return { owner, field, around: (declared: string, selection: string) => `query${declared}{${way(selection)}}` };
    }),
  );
  return [...atRoots, ...below];
}

const withArguments = (type: GraphQLObjectType): Field[] =>
  Object.values(type.getFields()).filter(({ args }) => args.length > 0);

/** From the root to a record of the type, by its id; to what is no record, through a field of one. */
function wayTo(schema: GraphQLSchema, type: GraphQLObjectType, twins: Twins): (selection: string) => string {
  if (isNode(type)) return (selection) => `node(id:"${twins.idOf(type.name)}"){... on ${type.name}{${selection}}}`;
  for (const parent of Object.values(schema.getTypeMap()))
    if (isObjectType(parent) && isNode(parent))
      for (const field of Object.values(parent.getFields()))
        if (getNamedType(field.type) === type && field.args.every((each) => !isNonNullType(each.type)))
          return (selection) =>
            `node(id:"${twins.idOf(parent.name)}"){... on ${parent.name}{${field.name}{${selection}}}}`;
  throw new Error(`No record leads to ${type.name}: say in positions.ts how a client comes to it.`);
}

const isNode = (type: GraphQLObjectType): boolean => type.getInterfaces().some(({ name }) => name === "Node");

function position(asked: Asked, { type, path, owner }: Inside, twins: Twins): Position {
  const { field } = asked;
  const cursors = cursorQuery(asked);
  const argument = field.args.find(({ name }) => name === path[0])!;
  const required = (each: GraphQLArgument) =>
    isNonNullType(each.type) && each.defaultValue === undefined && each !== argument;

  async function variables(value: unknown): Promise<Variables> {
    const found: Variables = {};
    for (const each of field.args.filter(required))
      found[each.name] = await twins.valid(each.type, { root: field.name, input: null, path: [each.name] }, cursors);
    found[argument.name] = await placed(argument.type, path, 1, value, { field, twins, cursors });
    return found;
  }
  return {
    label: `${asked.owner.name}.${field.name}(${path.join(".")})`,
    type,
    path,
    document: documentOf(asked, field.args, null),
    variables,
    async literally(value) {
      const { [argument.name]: whole, ...others } = await variables(value);
      const literal = literalOf(whole, argument.type);
      if (literal === null) return null;
      const args = field.args.filter((each) => each !== argument);
      return { document: documentOf(asked, args, `${argument.name}:${literal}`), variables: others };
    },
    twin: () => twins.valid(type, { root: field.name, input: owner, path }, cursors),
  };
}

function documentOf({ field, around }: Asked, args: readonly GraphQLArgument[], literal: string | null): string {
  const declared = args.map((each) => `$${each.name}:${String(each.type)}${defaultOf(each)}`);
  const passed = [...args.map(({ name }) => `${name}:$${name}`), ...(literal === null ? [] : [literal])];
  return around(
    declared.length > 0 ? `(${declared.join(",")})` : "",
    `${field.name}(${passed.join(",")})${selectionOf(field)}`,
  );
}

const defaultOf = ({ defaultValue, type }: GraphQLArgument): string =>
  defaultValue === undefined ? "" : `=${print(astFromValue(defaultValue, type)!)}`;

interface Building {
  readonly field: Field;
  readonly twins: Twins;
  readonly cursors: string | null;
}

/** A valid value of the type with the given one in its place, `depth` steps down the path. */
async function placed(
  type: GraphQLInputType,
  path: Path,
  depth: number,
  value: unknown,
  building: Building,
): Promise<unknown> {
  const step = path[depth];
  if (step === undefined) return value;
  const nullable = getNullableType(type);
  if (isListType(nullable)) return [await placed(nullable.ofType, path, depth + 1, value, building)];
  if (!isInputObjectType(nullable)) throw new Error("A path leads through lists and input objects.");
  const place = { root: building.field.name, input: null, path: path.slice(0, depth) };
  const whole = (await building.twins.valid(nullable, place, building.cursors)) as Variables;
  const inner = nullable.getFields()[step]!;
  const beside = building.twins.beside(nullable.name, String(step), whole);
  return { ...beside, [step]: await placed(inner.type, path, depth + 1, value, building) };
}

function selectionOf({ type }: Field): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  // A page is read and counted, or its arguments would be looked at by nobody.
  if (isObjectType(named) && "pageInfo" in named.getFields()) return "{__typename totalCount nodes{__typename}}";
  return "{__typename}";
}

function cursorQuery({ owner, field, around }: Asked): string | null {
  if (owner.name === "Subscription") return null;
  const named = getNamedType(field.type);
  if (!(isObjectType(named) || isInterfaceType(named))) return null;
  const fields = named.getFields();
  if ("pageInfo" in fields) return around("", `${field.name}(first:1){pageInfo{endCursor}}`);
  return "endCursor" in fields ? around("", `${field.name}(first:1){endCursor}`) : null;
}
