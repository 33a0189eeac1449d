import type { RawDocument } from "../documents/raw-document.js";
import type { FieldPlan, OutputPlan, SelectionPlan } from "./plan.js";

/** An object of the answer. */
export class Resolved {
  /** True if several places of the answer have it. */
  isShared = false;
  /**
   * The place of its JSON in the answer, once it was written without errors, and how much was taken back till then. Only
   * of one that is shared.
   */
  written: { readonly start: number; readonly end: number; readonly takenBack: number } | null = null;

  constructor(
    readonly plan: SelectionPlan,
    /** The document that its stored fields are written from; null if all values are in `values`. */
    readonly document: RawDocument | null,
    /** The index of the place of the document's first stored field among those of the answer. */
    readonly places: number,
    /** The completed values by field. Those that are written from the document are left out. */
    readonly values: unknown[],
  ) {}
}

/** An error in place of a value. */
export class Failure {
  constructor(readonly error: unknown) {}
}

/** True if a value is null, or has a null in it, that makes what is around it null. */
export function isNullAbove(output: OutputPlan, value: unknown): boolean {
  if (!output.isNonNull) return false;
  if (value === null || value === undefined || value instanceof Failure) return true;
  if (output.as === "LIST") return (value as readonly unknown[]).some((each) => isNullAbove(output.item, each));
  if (!(value instanceof Resolved)) return false;
  const { plan, document, values } = value;
  const isWritten = ({ source: { from } }: FieldPlan) => document !== null && (from === "BYTES" || from === "TYPE");
  return plan.fields.some((field, index) => !isWritten(field) && isNullAbove(field.output, values[index]));
}
