import { ObjectId } from "bson";
import { printValue } from "../bson/bson-writer.js";
import { FieldPath } from "../bson/field-path.js";
import { documentValue, ElementType, fieldOf, sameBytes, Value } from "../bson/value.js";
import { CommandError } from "../errors/command-error.js";
import { type Condition, conjuncts } from "../query/condition.js";
import { Branch, type Change, holderAt, KEPT, REMOVED } from "./document-tree.js";
import type { Update } from "./parse-update.js";

export const LARGEST_DOCUMENT = 16 * 1024 * 1024;
const ID = Buffer.from("_id");
const ID_PATH = new FieldPath("_id").segments[0]!;

/** The document after the update. @throws CommandError if it cannot be carried out; nothing is half done. */
export function updated(before: Value, update: Update): Buffer {
  const id = fieldOf(before, ID)!;
  if (update.kind === "replacement") return withId(update.document, id);
  const root = Branch.of(before);
  applyAll(root, update.changes, false, `_id: ${printValue(id)}`);
  const after = root.written();
  const newId = fieldOf(documentValue(after), ID);
  if (!newId || !sameBytes(newId, id)) throw immutableId();
  return checkedSize(after);
}

const immutableId = (): CommandError =>
  new CommandError("ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");

/** The document that an upsert inserts if nothing matched: what the filter equates, then the update. */
export function upserted(condition: Condition, update: Update): Buffer {
  const equated = new Branch(false, []);
  const equalities = equalitiesOf(condition);
  if (update.kind === "replacement") {
    const id = equalities.find(({ path }) => path.text === "_id")?.value;
    return withId(update.document, id ?? fieldOf(update.document, ID) ?? newId());
  }
  for (const { path, value } of equalities) holderAt(equated, path, "make")!.set(path.segments.at(-1)!, value);
  const root = Branch.of(documentValue(equated.written()));
  const given = root.get(ID_PATH);
  applyAll(root, update.changes, true, "");
  const id = root.get(ID_PATH);
  if (given instanceof Value && !(id instanceof Value && sameBytes(given, id))) throw immutableId();
  return prepared(documentValue(root.written()));
}

function applyAll(root: Branch, changes: readonly Change[], isInsert: boolean, document: string): void {
  for (const change of changes) {
    if (change.onInsertOnly && !isInsert) continue;
    const holder = holderAt(root, change.path, change.missing);
    if (!holder) continue;
    const last = change.path.segments.at(-1)!;
    const outcome = change.apply(holder.get(last), document);
    if (outcome === REMOVED) holder.remove(last);
    else if (outcome !== KEPT) holder.set(last, outcome);
  }
}

function equalitiesOf(condition: Condition): { path: FieldPath; value: Value }[] {
  const found = conjuncts(condition).flatMap((each) => {
    if (each.kind !== "field") return [];
    if (each.test.op === "eq") return [{ path: each.path, value: each.test.value }];
    if (each.test.op !== "in") return [];
    const [value, ...others] = each.test.values;
    return value && others.every((other) => sameBytes(other, value)) ? [{ path: each.path, value }] : [];
  });
  const texts = found.map(({ path }) => path.text);
  const twice = texts.find((text, at) =>
    texts.some((other, index) => index !== at && `${other}.`.startsWith(`${text}.`)),
  );
  if (twice !== undefined)
    throw new CommandError("BadValue", `cannot infer query fields to set, path '${twice}' is matched twice`, 54);
  return found.sort((a, b) => (a.path.text < b.path.text ? -1 : 1));
}

function newId(): Value {
  const { id } = new ObjectId();
  return new Value(ElementType.OBJECT_ID, Buffer.from(id), 0, 12);
}

function withId(document: Value, id: Value): Buffer {
  const own = fieldOf(document, ID);
  if (own && !sameBytes(own, id)) {
    throw new CommandError(
      "ImmutableField",
      `After applying the update, the (immutable) field '_id' was found to have been altered to _id: ${printValue(own)}`,
    );
  }
  const root = Branch.of(document);
  root.remove(ID_PATH);
  root.entries.unshift({ name: "_id", node: id });
  return checkedSize(root.written());
}

/** A document as it is stored: with an `_id`, which stands first. @throws CommandError */
export function prepared(document: Value): Buffer {
  const id = fieldOf(document, ID);
  if (id && (id.isArray || id.type === ElementType.REGEX || id.type === ElementType.UNDEFINED)) {
    throw new CommandError(
      "InvalidIdField",
      `The '_id' value cannot be of type ${id.isArray ? "array" : id.type === ElementType.REGEX ? "regex" : "undefined"}`,
    );
  }
  const isFirst = id !== undefined && id.start === document.start + 4 + 5;
  if (isFirst) return checkedSize(document.copied().bytes);
  return withId(document, id ?? newId());
}

function checkedSize(document: Buffer): Buffer {
  if (document.length > LARGEST_DOCUMENT) {
    throw new CommandError(
      "BsonObjectTooLarge",
      `BSONObj size: ${document.length} is invalid. Size must be between 0 and ${LARGEST_DOCUMENT}`,
    );
  }
  return document;
}
