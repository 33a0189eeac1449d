import { printValue } from "../bson/bson-writer.js";
import { isNumber } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { fieldsOf, isEmpty, typeName, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { type Change, isBranch, KEPT, type Node, REMOVED } from "./document-tree.js";
import { addToSetChange, incremented, pullChange, pushChange } from "./field-changes.js";

export type Update =
  | { readonly kind: "replacement"; readonly document: Value }
  | { readonly kind: "operators"; readonly changes: readonly Change[] };

const KNOWN_ELSEWHERE = new Set([
  "$currentDate",
  "$max",
  "$min",
  "$rename",
  "$mul",
  "$pop",
  "$pullAll",
  "$pushAll",
  "$bit",
]);

/** @throws CommandError for an update that is malformed, contradicts itself, or is not implemented here. */
export function parseUpdate(update: Value): Update {
  if (update.isArray) throw notImplemented("updates by a pipeline");
  if (!update.isObject) throw new CommandError("FailedToParse", "Update argument must be either an object or an array");
  const names = [...fieldsOf(update)];
  if (isEmpty(update) || !names[0]![0].startsWith("$"))
    return { kind: "replacement", document: checkedReplacement(update) };
  const changes = names.flatMap(([operator, operand]) => parseOperator(operator, operand));
  changes.sort((a, b) => comparePaths(a.path, b.path));
  refuseConflicts(changes);
  return { kind: "operators", changes };
}

function checkedReplacement(document: Value): Value {
  for (const [name] of fieldsOf(document)) {
    if (name.startsWith("$")) {
      throw new CommandError(
        "DollarPrefixedFieldName",
        `The dollar ($) prefixed field '${name}' in '${name}' is not allowed in the context of an update's replacement document.`,
      );
    }
  }
  return document;
}

function parseOperator(operator: string, operand: Value): Change[] {
  if (!operator.startsWith("$")) throw unknownModifier(operator);
  if (KNOWN_ELSEWHERE.has(operator)) throw notImplemented(`the update operator ${operator}`);
  if (!CHANGES[operator]) throw unknownModifier(operator);
  if (!operand.isObject) {
    throw new CommandError(
      "FailedToParse",
      `Modifiers operate on fields but we found type ${typeName(operand.type)} instead. For example: {$mod: {<field>: ...}} not {${operator}: ${printValue(operand)}}`,
    );
  }
  return [...fieldsOf(operand)].map(([name, value]) => CHANGES[operator]!(parseUpdatePath(name), value));
}

const unknownModifier = (name: string): CommandError =>
  new CommandError(
    "FailedToParse",
    `Unknown modifier: ${name}. Expected a valid update modifier or pipeline-style update specified as an array`,
  );

function parseUpdatePath(text: string): FieldPath {
  if (text === "") throw new CommandError("EmptyFieldName", "An empty update path is not valid.");
  const path = new FieldPath(text);
  for (const segment of path.segments) {
    if (segment.text === "")
      throw new CommandError(
        "EmptyFieldName",
        `The update path '${text}' contains an empty field name, which is not allowed.`,
      );
    if (segment.text === "$" || segment.text.startsWith("$["))
      throw notImplemented(`the positional operator in "${text}"`);
    if (segment.text.startsWith("$"))
      throw new CommandError(
        "DollarPrefixedFieldName",
        `The dollar ($) prefixed field '${segment.text}' in '${text}' is not valid for storage.`,
      );
  }
  return path;
}

const CHANGES: Readonly<Record<string, (path: FieldPath, operand: Value) => Change>> = {
  $set: (path, operand) => ({ path, operator: "$set", missing: "make", apply: () => operand }),
  $setOnInsert: (path, operand) => ({
    path,
    operator: "$setOnInsert",
    missing: "make",
    onInsertOnly: true,
    apply: () => operand,
  }),
  $unset: (path) => ({
    path,
    operator: "$unset",
    missing: "ignore",
    apply: (before) => (before === undefined ? KEPT : REMOVED),
  }),
  $inc: incChange,
  $push: pushChange,
  $addToSet: addToSetChange,
  $pull: pullChange,
};

const valueOf = (node: Node): Value | undefined => (isBranch(node) ? undefined : node);

function incChange(path: FieldPath, by: Value): Change {
  if (!isNumber(by))
    throw new CommandError(
      "TypeMismatch",
      `Cannot increment with non-numeric argument: {${path.text}: ${printValue(by)}}`,
    );
  return {
    path,
    operator: "$inc",
    missing: "make",
    apply: (before, document) => (before === undefined ? by : incremented(valueOf(before)!, by, path.text, document)),
  };
}

/** MongoDB carries changes out in the order of their paths, whatever the order in which they are given. */
function comparePaths(left: FieldPath, right: FieldPath): number {
  for (const [at, a] of left.segments.entries()) {
    const b = right.segments[at];
    if (!b) return 1;
    if (a.index >= 0 && b.index >= 0 && a.index !== b.index) return a.index - b.index;
    const order = a.name.compare(b.name);
    if (order !== 0) return order;
  }
  return left.segments.length - right.segments.length;
}

function refuseConflicts(changes: readonly Change[]): void {
  const seen = new Set<string>();
  const passed = new Set<string>();
  for (const { path } of changes) {
    const prefixes = path.segments.map((_, at) =>
      path.segments
        .slice(0, at + 1)
        .map(({ text }) => text)
        .join("."),
    );
    const conflict = prefixes.find((prefix) => seen.has(prefix)) ?? (passed.has(path.text) ? path.text : undefined);
    if (conflict !== undefined) {
      throw new CommandError(
        "ConflictingUpdateOperators",
        `Updating the path '${path.text}' would create a conflict at '${conflict}'`,
      );
    }
    seen.add(path.text);
    for (const prefix of prefixes) passed.add(prefix);
  }
}
