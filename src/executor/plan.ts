import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNullableType,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
} from "graphql";
import { collectFields, collectSubfields } from "graphql/execution/collectFields.js";
import { Layout } from "../documents/layout.js";
import { type RawLeaf, rawLeafOf } from "./raw-leaf.js";
import { readsOf, storedNameOf } from "./stored-fields.js";

type Field = GraphQLField<unknown, unknown>;

/** The way in which a field of a stored document is answered. */
export type Source =
  /** The name of the type. */
  | { readonly from: "TYPE" }
  /** Written from the bytes of the document, with all that is below. */
  | { readonly from: "BYTES"; readonly place: number }
  /** A document in the document, or a list of them, below which a resolver is asked. */
  | { readonly from: "PARTS"; readonly place: number }
  /** A value of the document that must be decoded. */
  | { readonly from: "VALUE"; readonly stored: string }
  /** A resolver. It gets an object of the fields that it reads, or the whole one if it does not say. */
  | { readonly from: "RESOLVER"; readonly reads: readonly string[] | null; readonly takesDocument: boolean };

/** A field of a selection. */
export interface FieldPlan {
  readonly responseName: string;
  /** The JSON before its value: the name, and what opens the object or ends the field before. */
  readonly label: Uint8Array;
  readonly definition: Field;
  readonly nodes: readonly FieldNode[];
  readonly parent: GraphQLObjectType;
  readonly output: OutputPlan;
  /** For sources in the store's bytes. */
  readonly source: Source;
  /** Called as `(root, context)` in place of the schema's resolver; null if that must be called. */
  readonly method: ((root: unknown, context: unknown) => unknown) | null;
  /** True if a resolver is told the path, here or below: one that gets `info`, and the one of an abstract type. */
  readonly hasPath: boolean;
}

/** The completion of a value: its nullability and its form. */
export type OutputPlan = { readonly isNonNull: boolean; readonly type: GraphQLOutputType } & (
  | { readonly as: "LEAF"; readonly leaf: GraphQLLeafType; readonly raw: RawLeaf | null }
  | { readonly as: "LIST"; readonly item: OutputPlan }
  | { readonly as: "OBJECT"; readonly selection: SelectionPlan }
  | { readonly as: "ABSTRACT"; readonly abstract: GraphQLAbstractType; readonly nodes: readonly FieldNode[] }
);

/** The fields that are asked of an object type, in the order of the answer. */
export class SelectionPlan {
  /** True if all of it can be written from the bytes of a document. */
  readonly isBytes: boolean;
  /** True if the path of one of its fields is told to a resolver. */
  readonly hasPaths: boolean;

  constructor(
    readonly type: GraphQLObjectType,
    readonly fields: readonly FieldPlan[],
    /** Finds the stored fields of a document that its fields are written from. */
    readonly layout: Layout,
  ) {
    this.isBytes = fields.every(({ source }) => source.from === "BYTES" || source.from === "TYPE");
    this.hasPaths = fields.some(({ hasPath }) => hasPath);
  }
}

/** Compiles the selections of one operation. Conditions (`@skip`, `@include`) are those of its variables. */
export class Planner {
  private readonly abstract = new Map<readonly FieldNode[], Map<GraphQLObjectType, SelectionPlan>>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {}

  ofOperation({ operation, selectionSet }: OperationDefinitionNode): SelectionPlan {
    const type = this.schema.getRootType(operation)!;
    const collected = collectFields(this.schema, this.fragments, this.variables, type, selectionSet);
    return this.selectionOf(type, collected);
  }

  /** Returns the plan for one type of an interface or a union. */
  ofPossible(nodes: readonly FieldNode[], type: GraphQLObjectType): SelectionPlan {
    const plans = this.abstract.get(nodes) ?? new Map<GraphQLObjectType, SelectionPlan>();
    this.abstract.set(nodes, plans);
    const plan = plans.get(type) ?? this.below(type, nodes);
    plans.set(type, plan);
    return plan;
  }

  private below(type: GraphQLObjectType, nodes: readonly FieldNode[]): SelectionPlan {
    return this.selectionOf(type, collectSubfields(this.schema, this.fragments, this.variables, type, nodes));
  }

  private selectionOf(type: GraphQLObjectType, collected: ReadonlyMap<string, readonly FieldNode[]>): SelectionPlan {
    const names: string[] = [];
    const fields: FieldPlan[] = [];
    for (const [responseName, nodes] of collected) {
      const definition = this.fieldOf(type, nodes[0]!.name.value);
      if (!definition) continue;
      const label = Buffer.from(`${fields.length === 0 ? "{" : ","}${JSON.stringify(responseName)}:`);
      fields.push({ responseName, label, ...this.field(type, definition, nodes, names) });
    }
    return new SelectionPlan(type, fields, new Layout(names));
  }

  private fieldOf(type: GraphQLObjectType, name: string): Field | undefined {
    if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (type === this.schema.getQueryType() && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (type === this.schema.getQueryType() && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return type.getFields()[name];
  }

  /** @param names gets the stored fields of the selection. */
  private field(
    parent: GraphQLObjectType,
    definition: Field,
    nodes: readonly FieldNode[],
    names: string[],
  ): Omit<FieldPlan, "responseName" | "label"> {
    const output = this.outputOf(definition.type, nodes);
    const reads = readsOf(definition);
    const source = sourceOf(definition, output, names);
    const method = reads && definition.args.length === 0 ? reads.method : null;
    const inner = innermost(output);
    const isTold = source.from === "RESOLVER" && method === null;
    const isBelow = inner.as === "ABSTRACT" || (inner.as === "OBJECT" && inner.selection.hasPaths);
    return { ...{ definition, nodes, parent, output }, source, method, hasPath: isTold || isBelow };
  }

  private outputOf(type: GraphQLOutputType, nodes: readonly FieldNode[]): OutputPlan {
    const isNonNull = isNonNullType(type);
    const nullable = getNullableType(type);
    const output = { isNonNull, type: nullable };
    if (isListType(nullable)) return { ...output, as: "LIST", item: this.outputOf(nullable.ofType, nodes) };
    if (isObjectType(nullable)) return { ...output, as: "OBJECT", selection: this.below(nullable, nodes) };
    if (isAbstractType(nullable)) return { ...output, as: "ABSTRACT", abstract: nullable, nodes };
    return { ...output, as: "LEAF", leaf: nullable, raw: rawLeafOf(nullable) };
  }
}

function sourceOf(definition: Field, output: OutputPlan, names: string[]): Source {
  if (definition === TypeNameMetaFieldDef) return { from: "TYPE" };
  const stored = storedNameOf(definition);
  if (stored === undefined) {
    const reads = readsOf(definition);
    const names = reads ? [...new Set(reads.own.map((path) => path.split(".")[0]!))] : null;
    return { from: "RESOLVER", reads: names, takesDocument: reads?.takesDocument ?? false };
  }
  const inner = innermost(output);
  if (inner.as === "ABSTRACT") return { from: "VALUE", stored };
  const place = placeOf(stored, names);
  return { from: inner.as === "LEAF" || inner.selection.isBytes ? "BYTES" : "PARTS", place };
}

/** Returns the plan of what the lists hold. */
function innermost(output: OutputPlan): Exclude<OutputPlan, { readonly as: "LIST" }> {
  return output.as === "LIST" ? innermost(output.item) : output;
}

function placeOf(stored: string, names: string[]): number {
  const known = names.indexOf(stored);
  return known === -1 ? names.push(stored) - 1 : known;
}
