import { printSchemaWithDirectives } from "@graphql-tools/utils";
import {
  type ConstDirectiveNode,
  DirectiveLocation,
  extendSchema,
  GraphQLDirective,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLScalarType,
  type GraphQLSchema,
  type GraphQLUnionType,
  isInterfaceType,
  isObjectType,
  Kind,
  lexicographicSortSchema,
  parse,
  specifiedDirectives,
} from "graphql";
import { buildSchema, type BuildSchemaOptions } from "type-graphql";
import { DomainError } from "../errors.js";
import { markStoredFields } from "../executor/stored-fields.js";
import { jsonOfLiteral } from "../graph/json-literal.js";
import { asJsonObject } from "../graph/json-object.js";

/** Finds the entity with the key fields of a gateway. Null if there is none. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each entity has its own key fields and context
export type ReferenceResolver = (reference: any, context: any, info: GraphQLResolveInfo) => unknown;

interface Representation {
  readonly __typename?: unknown;
}

const LINK =
  '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@inaccessible", "@tag", "@override", "@interfaceObject"])';

const ROOT_DESCRIPTIONS = {
  Query: "The queries of the API.",
  Mutation: "The mutations of the API. Each takes one `input` and returns the record.",
  Subscription: "The subscriptions of the API.",
};

const FEDERATION = (entities: readonly string[]) => `
  "What this subgraph tells the composition of a supergraph."
  type _Service { "The schema of this subgraph, with its federation directives." sdl: String }
  extend type Query { "The schema of this subgraph." _service: _Service! }
  ${
    entities.length === 0
      ? ""
      : `"The key fields of an entity and its \`__typename\`."
  scalar _Any
  "Every entity of this subgraph."
  union _Entity = ${entities.join(" | ")}
  extend type Query {
    "Entities by their keys, for a gateway; null where nothing has the key."
    _entities("Key fields, each with its \`__typename\`." representations: [_Any!]!): [_Entity]!
  }`
  }
`;

/**
 * Builds a Federation 2 subgraph out of the decorated classes. It extends the schema of type-graphql, since printing
 * and parsing would lose the resolvers.
 * @returns the executable schema, and the SDL of `schema.graphql`, without `_service` and `_entities`.
 * @throws Error if a type with a resolvable `@key` has no reference resolver.
 */
export async function buildSubgraph(
  options: BuildSchemaOptions,
  references: Record<string, ReferenceResolver>,
): Promise<{ schema: GraphQLSchema; sdl: string }> {
  const plain = await buildSchema({ ...options, directives: [...readableDirectives(), ...(options.directives ?? [])] });
  describeRoots(plain);
  markStoredFields(plain);
  // The link stands on the definition: relay-compiler fails at `extend schema`.
  const sdl = `${printSchemaWithDirectives(lexicographicSortSchema(plain)).replace(/^schema \{/m, `schema ${LINK} {`)}\n`;

  const entities = Object.values(plain.getTypeMap()).filter(isEntity);
  const unresolved = entities.filter(({ name }) => !Object.hasOwn(references, name)).map(({ name }) => name);
  if (unresolved.length > 0) throw new Error(`There is no reference resolver for ${unresolved.join(", ")}.`);

  const members = entities.filter(isObjectType).map(({ name }) => name);
  const schema = extendSchema(plain, parse(FEDERATION(members)), { assumeValidSDL: true });
  const fields = schema.getQueryType()!.getFields();
  fields["_service"]!.resolve = () => ({ sdl });
  if (members.length > 0) answerEntities(schema, references);
  return { schema, sdl };
}

// Python's graphql-core cannot read a schema with @deprecated on directive definitions.
const readableDirectives = (): GraphQLDirective[] =>
  specifiedDirectives.map(
    (each) =>
      new GraphQLDirective({
        ...each.toConfig(),
        locations: each.locations.filter((location) => location !== DirectiveLocation.DIRECTIVE_DEFINITION),
      }),
  );

// type-graphql takes no descriptions of root types.
function describeRoots(schema: GraphQLSchema): void {
  for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()])
    if (root) root.description = ROOT_DESCRIPTIONS[root.name as keyof typeof ROOT_DESCRIPTIONS];
}

const isEntity = (type: GraphQLNamedType): boolean =>
  (isObjectType(type) || isInterfaceType(type)) &&
  (type.astNode?.directives?.some((each) => each.name.value === "key" && isResolvable(each)) ?? false);

function isResolvable(key: ConstDirectiveNode): boolean {
  const value = key.arguments?.find((each) => each.name.value === "resolvable")?.value;
  return !(value?.kind === Kind.BOOLEAN && !value.value);
}

function answerEntities(schema: GraphQLSchema, references: Record<string, ReferenceResolver>): void {
  const typenames = new WeakMap<object, string>();

  async function entityOf(reference: Representation, context: unknown, info: GraphQLResolveInfo) {
    const { __typename: name } = reference;
    const resolve = typeof name === "string" && Object.hasOwn(references, name) ? references[name] : undefined;
    if (!resolve)
      throw new DomainError("BAD_USER_INPUT", "The `__typename` of a representation is no entity of this subgraph.", [
        "representations",
        Number(info.path.key),
        "__typename",
      ]);
    const found = await resolve(reference, context, info);
    if (typeof found !== "object" || found === null) return null;
    typenames.set(found, name as string);
    return found;
  }

  schema.getQueryType()!.getFields()["_entities"]!.resolve = (_, { representations }, context, info) =>
    (representations as Representation[]).map((each, index) =>
      entityOf(each, context, { ...info, path: { prev: info.path, key: index, typename: undefined } }),
    );
  (schema.getType("_Entity") as GraphQLUnionType).resolveType = (value) => typenames.get(value as object);

  const any = schema.getType("_Any") as GraphQLScalarType;
  any.parseValue = asJsonObject;
  any.parseLiteral = (node, variables) => asJsonObject(jsonOfLiteral(node, variables));
}
