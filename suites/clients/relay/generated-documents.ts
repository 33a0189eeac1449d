import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from "graphql";

type Parent = { readonly name: string; getFields(): Record<string, GraphQLField<unknown, unknown>> };

/** Relay reads documents from tagged templates in modules, and wants the module's name in front of each definition's. */
const inModule = (documents: readonly string[]): string =>
  ['import { graphql } from "relay-runtime";', ...documents.map((each) => `graphql\`\n${each}\`;`)].join("\n");

/** Modules of documents that use everything that can be read: by file name, without its ending. */
export function generatedDocuments(schema: GraphQLSchema): Record<string, string> {
  const parents = Object.values(schema.getTypeMap()).filter(
    (type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith("__"),
  ) as Parent[];
  const roots = new Set([schema.getMutationType()?.name, schema.getSubscriptionType()?.name]);
  const readable = parents.filter(({ name }) => !roots.has(name));
  const refetchable = new Set(readable.filter((each) => isRefetchable(schema, each)).map(({ name }) => name));
  return {
    ReadWhole: inModule(readable.map((type) => wholeFragment(type, refetchable.has(type.name)))),
    PageForwards: inModule(readable.flatMap((type) => pageFragments(type, refetchable, "PageForwards"))),
    PageBackwards: inModule(readable.flatMap((type) => pageFragments(type, refetchable, "PageBackwards"))),
    ReadAbstract: inModule(readable.flatMap((type) => narrowingFragment(schema, type))),
  };
}

function isRefetchable(schema: GraphQLSchema, { name }: Parent): boolean {
  const type = schema.getType(name);
  if (name === schema.getQueryType()?.name || name === "Node") return true;
  return isObjectType(type) && type.getInterfaces().some((each) => each.name === "Node");
}

const needsNothing = (field: GraphQLField<unknown, unknown>): boolean => !field.args.some(isRequiredArgument);

/** Every field that needs no argument, one level deep. */
function wholeFragment(type: Parent, refetchable: boolean): string {
  const fields = Object.values(type.getFields()).filter(needsNothing);
  const selections = fields.map((field) =>
    isLeafType(getNamedType(field.type)) ? field.name : `${field.name} { __typename }`,
  );
  // Relay has no name for a root.
  const named = type.name === "Query" ? "" : "__typename ";
  const directive = refetchable ? ` @refetchable(queryName: "ReadWhole${type.name}Query")` : "";
  return `fragment ReadWhole_${type.name} on ${type.name}${directive} { ${named}${selections.join(" ")} }`;
}

/** A fragment for `usePaginationFragment` of each connection of the type. */
function pageFragments(type: Parent, refetchable: ReadonlySet<string>, module: "PageForwards" | "PageBackwards") {
  const size = module === "PageForwards" ? "first" : "last";
  const cursor = module === "PageForwards" ? "after" : "before";
  const connections = Object.values(type.getFields()).filter((field) =>
    getNamedType(field.type).name.endsWith("Connection"),
  );
  return connections.map(({ name, args, type: connection }) => {
    const required = args.filter(isRequiredArgument);
    const declared = required.map((each) => `${each.name}: { type: "${String(each.type)}" }`).join(" ");
    const given = required.map((each) => `${each.name}: $${each.name}`).join(" ");
    const label = `${type.name}_${name}`;
    const refetch = refetchable.has(type.name)
      ? `@refetchable(queryName: "${module}${label.replace("_", "")}Query")`
      : "";
    return `
      fragment ${module}_${label} on ${type.name} ${refetch}
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" } ${declared}) {
        ${name}(${given} ${size}: $count, ${cursor}: $cursor) @connection(key: "${module}_${label}_${name}") {
          edges { cursor node { __typename ${hasIds(getNamedType(connection)) ? "id" : ""} } }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }`;
  });
}

/** Whether the nodes of a connection are records: files are values. */
function hasIds(connection: GraphQLNamedType): boolean {
  const nodes = isObjectType(connection) ? getNamedType(connection.getFields()["nodes"]?.type) : undefined;
  return (isObjectType(nodes) || isInterfaceType(nodes)) && "id" in nodes.getFields();
}

/** Reads an abstract type, and each type that it may be by that type's own fragment. */
function narrowingFragment(schema: GraphQLSchema, { name }: Parent): string[] {
  const type = schema.getType(name);
  if (!isAbstractType(type)) return [];
  const cases = schema.getPossibleTypes(type).map((each) => `... on ${each.name} { ...ReadWhole_${each.name} @alias }`);
  return [`fragment ReadAbstract_${name} on ${name} { ...ReadWhole_${name} ${cases.join(" ")} }`];
}
