import type { GraphQLSchema } from "graphql";
import { type Kind, KINDS, TYPE_OF_KIND } from "../graph/id.js";
import type { FieldPlan, OutputPlan, Planner, SelectionPlan } from "./plan.js";
import { readsOf, storedNameOf } from "./stored-fields.js";

const KIND_OF_TYPE = new Map<string, Kind>(KINDS.map((kind) => [TYPE_OF_KIND[kind], kind]));

/** The place of a selection in a record: the kind of the record and the path to a part of it, which ends in a dot. */
interface Place {
  readonly kind: Kind;
  readonly prefix: string;
}

/**
 * The stored fields of each kind that the answer to an operation takes, over all its levels. A read of a kind fetches
 * these alone.
 */
export class SelectedFields {
  private readonly fields = new Map<Kind, Set<string>>();
  private readonly paths = new Map<Kind, readonly string[]>();
  /** True if some resolver does not say what it reads: it gets whole records. */
  private isAll = false;

  private constructor(
    private readonly schema: GraphQLSchema,
    private readonly planner: Planner,
  ) {}

  static of(schema: GraphQLSchema, planner: Planner, plan: SelectionPlan): SelectedFields {
    const selected = new SelectedFields(schema, planner);
    // Root fields load what they return, and read nothing else of it.
    for (const field of plan.fields) selected.addOutput(field.output, null);
    return selected;
  }

  /** Returns the paths of a kind's fields; null if whole records are needed. */
  of(kind: Kind): readonly string[] | null {
    if (this.isAll) return null;
    const known = this.paths.get(kind);
    if (known) return known;
    const all = [...(this.fields.get(kind) ?? [])];
    // The store refuses a path beside its parent.
    const paths = all.filter((path) => !all.some((other) => path.startsWith(`${other}.`)));
    this.paths.set(kind, paths);
    return paths;
  }

  private addSelection({ fields }: SelectionPlan, place: Place | null): void {
    for (const field of fields) this.addField(field, place);
  }

  private addField({ definition, output, source }: FieldPlan, place: Place | null): void {
    const stored = storedNameOf(definition);
    if (stored !== undefined) this.addStored(stored, output, place);
    else {
      if (source.from === "RESOLVER" && definition.resolve) this.addReads(definition, place);
      this.addOutput(output, null);
    }
  }

  /** Adds what the resolver of a field reads. */
  private addReads(definition: FieldPlan["definition"], place: Place | null): void {
    const reads = readsOf(definition);
    if (!reads) this.isAll = true;
    for (const name of reads?.own ?? []) this.add(place, name);
    for (const [kind, names] of Object.entries(reads?.loaded ?? {}) as [Kind, readonly string[]][])
      for (const name of names) this.add({ kind, prefix: "" }, name);
  }

  private addStored(stored: string, output: OutputPlan, place: Place | null): void {
    if (output.as === "LIST") this.addStored(stored, output.item, place);
    else if (output.as === "OBJECT") {
      const hasFields = output.selection.fields.some(({ source }) => source.from !== "TYPE");
      if (!hasFields) this.add(place, stored);
      this.addSelection(output.selection, place && { ...place, prefix: `${place.prefix}${stored}.` });
    } else {
      this.add(place, stored);
      if (output.as === "ABSTRACT") this.addOutput(output, null);
    }
  }

  /** Adds what is selected of the result of a resolver. */
  private addOutput(output: OutputPlan, place: Place | null): void {
    if (output.as === "LIST") this.addOutput(output.item, place);
    else if (output.as === "OBJECT") this.addObject(output.selection);
    else if (output.as === "ABSTRACT")
      for (const type of this.schema.getPossibleTypes(output.abstract))
        this.addObject(this.planner.ofPossible(output.nodes, type));
  }

  private addObject(selection: SelectionPlan): void {
    const kind = KIND_OF_TYPE.get(selection.type.name);
    this.addSelection(selection, kind ? { kind, prefix: "" } : null);
  }

  private add(place: Place | null, name: string): void {
    if (!place) return;
    const fields = this.fields.get(place.kind) ?? new Set();
    this.fields.set(place.kind, fields.add(place.prefix + name));
  }
}
