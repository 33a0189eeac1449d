import { setImmediate } from "node:timers/promises";
import {
  getArgumentValues,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isObjectType,
  type OperationDefinitionNode,
} from "graphql";
import { buildResolveInfo, type ExecutionContext } from "graphql/execution/execute.js";
import { Places } from "../documents/places.js";
import { partAt, plain, RawDocument } from "../documents/raw-document.js";
import { Loading } from "../documents/record-loader.js";
import { type Awaited, batchesOf, isPromiseLike, type Path } from "./awaited.js";
import type { FieldPlan, OutputPlan, Planner, SelectionPlan } from "./plan.js";
import { Failure, isNullAbove, Resolved } from "./resolved.js";

/** So many values are completed before other requests have a turn: some milliseconds of work. */
const VALUES_BETWEEN_TURNS = 250;

/** What an execution needs beside its plan. */
export interface ExecutionInput {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: GraphQLResolveInfo["fragments"];
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: unknown;
  readonly rootValue: unknown;
}

/**
 * Resolves the fields of an operation, level by level: all that one level waits for is there before the next begins, so
 * that records of one type are read by one call for each level. Errors stay in the places of their values.
 */
export class Execution {
  /** The places of stored fields in all documents of the answer. */
  readonly places = new Places();
  private awaited: Awaited[] = [];
  private readonly shared = new Map<SelectionPlan, Map<RawDocument, Resolved>>();
  /** The parts of graphql-js's own context that resolvers can see. */
  private readonly graphqlContext: ExecutionContext;

  constructor(
    private readonly input: ExecutionInput,
    private readonly planner: Planner,
  ) {
    const { schema, fragments, rootValue, operation, variables: variableValues } = input;
    this.graphqlContext = { schema, fragments, rootValue, operation, variableValues } as ExecutionContext;
  }

  /**
   * @param isSerial true for mutations: each field of the root begins after the one before has ended, and none after one
   * that is null and must not be.
   */
  async run(plan: SelectionPlan, isSerial: boolean): Promise<Resolved> {
    const root = new Resolved(plan, null, 0, []);
    for (const [index, field] of plan.fields.entries()) {
      root.values[index] = this.resolve(field, this.input.rootValue, root.values, index, undefined);
      if (!isSerial) continue;
      await this.settle();
      // What follows would have effects, and the answer would show none of them.
      if (isNullAbove(field.output, root.values[index])) break;
    }
    await this.settle();
    return root;
  }

  private async settle(): Promise<void> {
    while (this.awaited.length > 0) {
      const level = this.awaited;
      this.awaited = [];
      await Promise.all(batchesOf(level));
      for (let at = 0; at < level.length; at += 1) {
        // The thread is others', too.
        if (at % VALUES_BETWEEN_TURNS === VALUES_BETWEEN_TURNS - 1) await setImmediate();
        const each = level[at]!;
        each.values[each.index] = this.arrived(each);
      }
      if (level.length > VALUES_BETWEEN_TURNS) await setImmediate();
    }
  }

  private arrived({ value, output, field, path, values, index }: Awaited): unknown {
    if (!(value instanceof Loading)) return this.complete(output, value, field, path, values, index);
    try {
      const found = value.stored;
      if (found instanceof RawDocument && output.as === "OBJECT") return this.shareable(output.selection, found, path);
      return this.complete(output, found, field, path, values, index);
    } catch (error) {
      return new Failure(error);
    }
  }

  /** A record that many others refer to is resolved once, and written once. */
  private shareable(plan: SelectionPlan, document: RawDocument, path: Path | undefined): Resolved {
    const known = this.shared.get(plan) ?? new Map<RawDocument, Resolved>();
    this.shared.set(plan, known);
    const before = known.get(document);
    if (before) {
      before.isShared = true;
      return before;
    }
    const resolved = this.ofDocument(plan, document, path);
    known.set(document, resolved);
    return resolved;
  }

  /** Returns the completed value of a field, or undefined if it will come later. */
  private resolve(
    field: FieldPlan,
    source: unknown,
    values: unknown[],
    index: number,
    parent: Path | undefined,
  ): unknown {
    const { definition, method } = field;
    const path = pathOf(field, parent);
    try {
      const root = rootOf(field, source);
      const value: unknown = method
        ? method(root, this.input.context)
        : definition.resolve
          ? definition.resolve(root, this.argumentsOf(field), this.input.context, this.infoOf(field, path))
          : this.property(field, root, path);
      return this.complete(field.output, value, field, path, values, index);
    } catch (error) {
      return new Failure(error);
    }
  }

  /** Does as graphql-js's default resolver. */
  private property(field: FieldPlan, source: unknown, path: Path | undefined): unknown {
    if ((typeof source !== "object" && typeof source !== "function") || source === null) return undefined;
    const property = (source as Record<string, unknown>)[field.definition.name];
    if (typeof property !== "function") return property;
    return (source as Record<string, (...parameters: unknown[]) => unknown>)[field.definition.name]!(
      this.argumentsOf(field),
      this.input.context,
      this.infoOf(field, path),
    );
  }

  private argumentsOf({ definition, nodes }: FieldPlan): Record<string, unknown> {
    return definition.args.length === 0 ? {} : getArgumentValues(definition, nodes[0]!, this.input.variables);
  }

  private infoOf({ definition, nodes, parent }: FieldPlan, path: Path | undefined): GraphQLResolveInfo {
    return buildResolveInfo(this.graphqlContext, definition, nodes, parent, path!);
  }

  /** Completes a value. One that is not there yet is put into its place (`values[index]`) later. */
  private complete(
    output: OutputPlan,
    value: unknown,
    field: FieldPlan,
    path: Path | undefined,
    values: unknown[],
    index: number,
  ): unknown {
    if (value === null || value === undefined) return null;
    if (isPromiseLike(value)) {
      this.awaited.push({ value, values, index, output, field, path });
      return undefined;
    }
    if (value instanceof Failure) return value;
    try {
      if (value instanceof Error) throw value;
      switch (output.as) {
        case "LEAF":
          return serialized(output, value);
        case "LIST":
          return this.list(output.item, value, field, path);
        case "OBJECT":
          return this.object(output.selection, value, path);
        case "ABSTRACT":
          return this.object(
            this.planner.ofPossible(output.nodes, this.typeOf(output, value, field, path)),
            value,
            path,
          );
      }
    } catch (error) {
      return new Failure(error);
    }
  }

  private list(item: OutputPlan, value: unknown, field: FieldPlan, path: Path | undefined): unknown[] {
    if (typeof value !== "object" || value === null || !(Symbol.iterator in value))
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${field.parent.name}.${field.definition.name}".`,
      );
    const items = Array.isArray(value) ? (value as unknown[]) : [...(value as Iterable<unknown>)];
    const values: unknown[] = new Array(items.length);
    for (let index = 0; index < items.length; index += 1) {
      const own = field.hasPath ? { prev: path, key: index, typename: undefined } : undefined;
      values[index] = this.complete(item, items[index], field, own, values, index);
    }
    return values;
  }

  private typeOf(
    { abstract }: Extract<OutputPlan, { readonly as: "ABSTRACT" }>,
    value: unknown,
    field: FieldPlan,
    path: Path | undefined,
  ): GraphQLObjectType {
    const { schema, context } = this.input;
    const info = this.infoOf(field, path);
    const name = abstract.resolveType?.(value, context, info, abstract);
    const type = typeof name === "string" ? schema.getType(name) : undefined;
    if (!isObjectType(type) || !schema.isSubType(abstract, type))
      throw new GraphQLError(`The type "${abstract.name}" resolved to "${String(name)}", which is no type of it.`);
    return type;
  }

  private object(plan: SelectionPlan, source: unknown, path: Path | undefined): Resolved {
    return source instanceof RawDocument
      ? this.ofDocument(plan, source, path)
      : this.ofObject(plan, source as object, path);
  }

  private ofObject(plan: SelectionPlan, source: object, path: Path | undefined): Resolved {
    const { fields } = plan;
    const values: unknown[] = new Array(fields.length);
    for (let index = 0; index < fields.length; index += 1)
      values[index] = this.resolve(fields[index]!, source, values, index, path);
    return new Resolved(plan, null, 0, values);
  }

  private ofDocument(plan: SelectionPlan, document: RawDocument, path: Path | undefined): Resolved {
    const places = plan.layout.placesIn(document.bytes, document.start, this.places);
    if (plan.isBytes) return new Resolved(plan, document, places, NO_VALUES);
    const { fields } = plan;
    const values: unknown[] = new Array(fields.length);
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index]!;
      const { source } = field;
      if (source.from === "RESOLVER") values[index] = this.resolve(field, document, values, index, path);
      else if (source.from === "VALUE" || source.from === "PARTS") {
        const own = pathOf(field, path);
        const value =
          source.from === "VALUE"
            ? document.get(source.stored)
            : partOf(document, this.places.get(places + source.place));
        values[index] = this.complete(field.output, value, field, own, values, index);
      }
    }
    return new Resolved(plan, document, places, values);
  }
}

/** For objects that are written from the bytes. */
const NO_VALUES: unknown[] = [];

/** Returns the path of a field for those who are told it; undefined if nobody is. */
const pathOf = ({ hasPath, responseName, parent }: FieldPlan, prev: Path | undefined): Path | undefined =>
  hasPath ? { prev, key: responseName, typename: parent.name } : undefined;

const partOf = ({ bytes }: RawDocument, element: number): unknown => (element === -1 ? null : partAt(bytes, element));

/** Returns the object for a resolver: of a document only the fields that it reads. */
function rootOf({ source: from }: FieldPlan, source: unknown): unknown {
  if (!(source instanceof RawDocument)) return source;
  if (from.from !== "RESOLVER" || from.reads === null) return source.decoded;
  if (from.takesDocument) return source;
  const root: Record<string, unknown> = {};
  for (const name of from.reads) root[name] ??= source.get(name);
  return root;
}

function serialized({ leaf }: Extract<OutputPlan, { readonly as: "LEAF" }>, value: unknown): unknown {
  const result: unknown = leaf.serialize(plain(value));
  if (result === null || result === undefined)
    throw new Error(`Expected \`${leaf.name}.serialize\` to return a value for one that is not null.`);
  return result;
}
