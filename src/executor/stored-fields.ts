import {
  getNamedType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from "graphql";
import type { FieldReads } from "../graph/reads.js";
import { plain } from "../documents/raw-document.js";

type Field = GraphQLField<unknown, unknown>;

/** The parts of type-graphql's own description of the classes that tell a stored field from a resolver. */
interface TypeMetadata {
  readonly name: string;
  readonly target: object;
  readonly interfaceClasses?: readonly object[];
  /** Of an interface. */
  readonly resolveType?: (value: unknown) => string | undefined;
  readonly fields: readonly FieldMetadata[];
}
interface FieldMetadata {
  /** The name of the property, which is that in the store. */
  readonly name: string;
  readonly schemaName: string;
  readonly target: object;
  readonly simple?: boolean;
}
interface QueryMetadata {
  readonly schemaName: string;
  readonly methodName: string;
  readonly target: object;
  readonly params?: readonly { readonly kind: string; readonly index: number; readonly name?: string }[];
}
interface Metadata {
  readonly queries: readonly QueryMetadata[];
  readonly objectTypes: readonly TypeMetadata[];
  readonly interfaceTypes: readonly TypeMetadata[];
  readonly fieldResolvers: readonly { readonly methodName: string; readonly getObjectType?: () => object }[];
}

/** Returns the stored name of a field; undefined if a resolver answers it. */
export const storedNameOf = ({ extensions }: Field): string | undefined => extensions["stored"] as string | undefined;

/** Returns the stored fields that the resolver of a field reads; undefined if it does not say so. */
export const readsOf = ({ extensions }: Field): (FieldReads & { readonly method: Resolve }) | undefined =>
  extensions["reads"] as (FieldReads & { readonly method: Resolve }) | undefined;

type Resolve = (root: unknown, context: unknown) => unknown;

/**
 * Marks the fields that are properties of stored objects, and has their resolvers and all others take documents as they
 * came from the store. type-graphql wraps each property in a resolver, and the schema does not have its name.
 */
export function markStoredFields(schema: GraphQLSchema): void {
  const metadata = (globalThis as { TypeGraphQLMetadataStorage?: Metadata }).TypeGraphQLMetadataStorage;
  if (!metadata) throw new Error("type-graphql keeps its description of the classes elsewhere now.");
  const types = new Map([...metadata.interfaceTypes, ...metadata.objectTypes].map((each) => [each.target, each]));
  for (const query of metadata.queries) {
    const field = schema.getQueryType()?.getFields()[query.schemaName];
    if (field) callDirectly(field, query);
  }
  for (const { name, resolveType } of metadata.interfaceTypes) {
    const made = schema.getType(name);
    // type-graphql makes a promise of it.
    if (isInterfaceType(made) && resolveType) made.resolveType = (value) => resolveType(value);
  }
  for (const type of metadata.objectTypes) {
    const made = schema.getType(type.name);
    if (!isObjectType(made)) continue;
    const named = new Map(inherited(type, types).map((field) => [field.schemaName, field]));
    for (const field of Object.values(made.getFields())) {
      const property = named.get(field.name);
      if (!property || property.simple === true) continue;
      if (metadata.fieldResolvers.some((each) => isResolverOf(each, property))) takeDocuments(field);
      else answerFromProperty(field, property.name);
    }
  }
}

type ResolverClass = new () => Readonly<Record<string, (...parameters: unknown[]) => unknown>>;

const PASSED = new Set(["arg", "args", "context"]);

/**
 * Calls a query whose arguments are no objects without type-graphql, which waits for the validation of each argument: the
 * answer would be a promise, and no document.
 */
function callDirectly(field: Field, { target, methodName, params = [] }: QueryMetadata): void {
  const isPlain = field.args.every(({ type }) => isLeafType(getNamedType(type)));
  if (!isPlain || !params.every(({ kind }) => PASSED.has(kind))) return;
  const resolver = new (target as ResolverClass)();
  const ordered = [...params].sort((one, other) => one.index - other.index);
  field.resolve = (_root, args: Readonly<Record<string, unknown>>, context) =>
    resolver[methodName]!(
      ...ordered.map(({ kind, name }) => (kind === "context" ? context : kind === "arg" ? args[name!] : args)),
    );
}

/** Returns the fields of a class, of its interfaces and of those above it; its own come last. */
function inherited(type: TypeMetadata, types: ReadonlyMap<object, TypeMetadata>): FieldMetadata[] {
  const above = types.get(Object.getPrototypeOf(type.target) as object);
  return [
    ...(above ? inherited(above, types) : []),
    ...(type.interfaceClasses ?? []).flatMap((each) => types.get(each)?.fields ?? []),
    ...type.fields,
  ];
}

const isResolverOf = (
  { methodName, getObjectType }: Metadata["fieldResolvers"][number],
  { name, target }: FieldMetadata,
): boolean => methodName === name && getObjectType?.() === target;

function answerFromProperty(field: Field, name: string): void {
  field.extensions = { ...field.extensions, stored: name };
  field.resolve = (root) => (plain(root) as Readonly<Record<string, unknown>>)[name];
}

function takeDocuments(field: Field): void {
  const resolve = field.resolve as GraphQLFieldResolver<unknown, unknown>;
  field.resolve = (root, args, context, info) => resolve(plain(root), args, context, info);
}
