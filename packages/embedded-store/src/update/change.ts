import type { FieldPath } from "../query/field-path.js";
import type { Missing, Node } from "./document-tree.js";

export const REMOVED = Symbol("removed");
/** Nothing is to be done. */
export const KEPT = Symbol("kept");

export type Outcome = Node | typeof REMOVED | typeof KEPT;

/** What one operator does at one path. */
export interface Change {
  readonly path: FieldPath;
  readonly operator: string;
  readonly missing: Missing;
  readonly onInsertOnly?: boolean;
  apply(before: Node | undefined, document: string): Outcome;
}
