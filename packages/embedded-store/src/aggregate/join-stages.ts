import { BsonWriter } from "../bson/bson-writer.js";
import { isTruthy } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import {
  documentValue,
  elementsOf,
  ElementType,
  fieldsOf,
  isEmpty,
  NULL_VALUE,
  stringOf,
  Value,
} from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { parseExpression } from "../expression/parse-expression.js";
import type { Condition, Test } from "../query/condition.js";
import { writeElement } from "../query/projected-bytes.js";
import { search } from "../search/find-records.js";
import { PAUSE, type Paused } from "../search/paused.js";
import type { Plan } from "../search/plan.js";
import { Branch, holderAt } from "../update/document-tree.js";
import { setAt } from "./field-stages.js";
import { firstSearch, outputOf, owned, type Pipeline, type Sources, type Stage } from "./stage.js";

const ALLOWED = ["$match", "$sort", "$limit", "$project", "$addFields", "$count"];

/** `$lookup` by `localField` and `foreignField`: per document one search in the other collection. */
export function parseLookup(
  specification: Value,
  sources: Sources,
  parsePipeline: (pipeline: Value) => Pipeline,
): Stage {
  if (!specification.isObject) throw new CommandError("FailedToParse", "the $lookup specification must be an object");
  const given = new Map(fieldsOf(specification));
  for (const name of given.keys()) {
    if (name === "let") throw notImplemented("$lookup with let");
    if (!["from", "localField", "foreignField", "as", "pipeline"].includes(name))
      throw new CommandError("FailedToParse", `unknown argument to $lookup: ${name}`);
  }
  const text = (name: string): string => {
    const value = given.get(name);
    if (!value && (name === "localField" || name === "foreignField"))
      throw notImplemented("$lookup without localField and foreignField");
    if (value?.type !== ElementType.STRING)
      throw new CommandError("FailedToParse", `$lookup argument '${name}' must be a string`);
    return stringOf(value);
  };
  const [from, as] = [text("from"), new FieldPath(text("as"))];
  const local = parseExpression(pathValue(text("localField")));
  const foreign = new FieldPath(text("foreignField"));
  const inner = given.get("pipeline");
  if (inner) refuseOtherStages(inner);
  const pipeline = inner ? parsePipeline(inner) : { wish: firstSearch, stages: [], projection: undefined };
  return (input) => joined(input, { from, as, local, foreign, pipeline }, sources);
}

function pathValue(path: string): Value {
  const writer = new BsonWriter();
  writer.string("", `$${path}`);
  const bytes = writer.finished();
  return new Value(ElementType.STRING, bytes, 2, bytes.length);
}

function refuseOtherStages(pipeline: Value): void {
  if (!pipeline.isArray) throw new CommandError("TypeMismatch", "'pipeline' option must be specified as an array");
  for (const stage of elementsOf(pipeline)) {
    const name = stage.isObject ? [...fieldsOf(stage)][0]?.[0] : undefined;
    if (name?.startsWith("$") && !ALLOWED.includes(name))
      throw notImplemented(`the stage ${name} in the pipeline of a $lookup`);
  }
}

interface Lookup {
  readonly from: string;
  readonly as: FieldPath;
  readonly local: (document: Value) => Value | undefined;
  readonly foreign: FieldPath;
  readonly pipeline: Pipeline;
}

function* joined(input: Paused<Value>, lookup: Lookup, sources: Sources): Paused<Value> {
  let known: Plan | undefined;
  for (const document of input) {
    if (document === PAUSE) {
      yield PAUSE;
      continue;
    }
    const writer = new BsonWriter(1024);
    const begun = writer.begin();
    let count = 0;
    const results = childrenOf(document, lookup, sources, known);
    for (const child of results.documents) {
      if (child === PAUSE) yield PAUSE;
      else writeElement(writer, count++, child, lookup.pipeline.projection);
    }
    known ??= results.plan;
    writer.end(begun);
    const bytes = writer.finished();
    const root = Branch.of(document);
    setAt(root, lookup.as, 0, new Value(ElementType.ARRAY, bytes, 0, bytes.length));
    yield documentValue(root.written());
    yield PAUSE;
  }
}

/** The index found for the first document serves the others: their searches differ in the value alone. */
function childrenOf(
  document: Value,
  { from, local, foreign, pipeline }: Lookup,
  sources: Sources,
  known: Plan | undefined,
): { documents: Paused<Value>; plan?: Plan } {
  const collection = sources.collection(from);
  if (!collection) return { documents: nothing() };
  const isJoined: Condition = { kind: "field", path: foreign, test: joinTest(local(document)) };
  const condition: Condition = { kind: "and", parts: [isJoined, pipeline.wish.condition] };
  const hint = known?.kind === "index" && collection.indexes.includes(known.index) ? { hint: known.index } : {};
  const { plan, results } = search(sources.engine, collection, { ...pipeline.wish, condition, ...hint });
  return { documents: outputOf(pipeline, results), plan };
}

function* nothing(): Paused<Value> {}

/** `$unionWith`: what came in, and after it what the pipeline finds in the other collection. */
export function parseUnionWith(
  specification: Value,
  sources: Sources,
  parsePipeline: (pipeline: Value) => Pipeline,
): Stage {
  const { name, pipeline: inner } = parseUnion(specification);
  const pipeline = inner ? parsePipeline(inner) : { wish: firstSearch, stages: [], projection: undefined };
  return function* united(input) {
    yield* input;
    const collection = sources.collection(name);
    if (collection) yield* owned(outputOf(pipeline, search(sources.engine, collection, pipeline.wish).results));
  };
}

function parseUnion(specification: Value): { readonly name: string; readonly pipeline: Value | undefined } {
  if (specification.type === ElementType.STRING) return { name: stringOf(specification), pipeline: undefined };
  if (!specification.isObject)
    throw new CommandError("FailedToParse", "the $unionWith stage specification must be an object or string");
  const given = new Map(fieldsOf(specification));
  for (const field of given.keys())
    if (!["coll", "pipeline"].includes(field))
      throw new CommandError("BadValue", `BSON field '$unionWith.${field}' is an unknown field.`, 40415);
  const coll = given.get("coll");
  if (!coll)
    throw new CommandError(
      "FailedToParse",
      "$unionWith stage without explicit collection must have a pipeline with $documents as first stage",
    );
  if (coll.type !== ElementType.STRING)
    throw new CommandError("TypeMismatch", "BSON field '$unionWith.coll' is the wrong type, expected type 'string'");
  return { name: stringOf(coll), pipeline: given.get("pipeline") };
}

/** An array is joined by each of its elements, an empty one and a missing field as null. */
function joinTest(value: Value | undefined): Test {
  if (!value || (value.isArray && isEmpty(value))) return { op: "eq", value: NULL_VALUE };
  if (!value.isArray) return { op: "eq", value };
  return { op: "in", values: elementsOf(value) };
}

interface Unwind {
  readonly path: FieldPath;
  readonly keepsEmpty: boolean;
}

export function parseUnwind(specification: Value): Stage {
  const unwind = parse(specification);
  return (input) => unwound(input, unwind);
}

function parse(specification: Value): Unwind {
  if (specification.type === ElementType.STRING) return { path: pathOf(specification), keepsEmpty: false };
  if (!specification.isObject)
    throw new CommandError(
      "BadValue",
      "expected either a string or an object as specification for $unwind stage",
      15981,
    );
  const given = new Map(fieldsOf(specification));
  const path = given.get("path");
  if (path?.type !== ElementType.STRING)
    throw new CommandError("BadValue", "no path specified to $unwind stage", 28812);
  for (const name of given.keys()) {
    if (name === "includeArrayIndex") throw notImplemented("includeArrayIndex of $unwind");
    if (!["path", "preserveNullAndEmptyArrays"].includes(name)) {
      throw new CommandError("BadValue", `unrecognized option to $unwind stage: ${name}`, 28811);
    }
  }
  const keeps = given.get("preserveNullAndEmptyArrays");
  return { path: pathOf(path), keepsEmpty: keeps !== undefined && isTruthy(keeps) };
}

function pathOf(value: Value): FieldPath {
  const text = stringOf(value);
  if (!text.startsWith("$") || text.length < 2)
    throw new CommandError("BadValue", `path option to $unwind stage should be prefixed with a '$': ${text}`, 28818);
  return new FieldPath(text.slice(1));
}

function* unwound(input: Paused<Value>, { path, keepsEmpty }: Unwind): Paused<Value> {
  for (const document of input) {
    if (document === PAUSE) {
      yield PAUSE;
      continue;
    }
    const value = valueAt(document, path);
    const elements = value?.isArray ? elementsOf(value) : [];
    const isSingle =
      value !== undefined && !value.isArray && value.type !== ElementType.NULL && value.type !== ElementType.UNDEFINED;
    if (isSingle) yield document;
    else if (elements.length > 0) yield* elements.map((element) => replaced(document, path, element));
    else if (keepsEmpty) yield value?.isArray && isEmpty(value) ? replaced(document, path, undefined) : document;
  }
}

/** Only through objects: an array on the way is not entered. */
function valueAt(document: Value, path: FieldPath): Value | undefined {
  const holder = holderAt(Branch.of(document), path, "ignore");
  const node = holder && !holder.isArray ? holder.get(path.segments.at(-1)!) : undefined;
  return node instanceof Branch ? undefined : node;
}

function replaced(document: Value, path: FieldPath, element: Value | undefined): Value {
  const root = Branch.of(document);
  const holder = holderAt(root, path, "make")!;
  const last = path.segments.at(-1)!;
  if (element) holder.set(last, element);
  else holder.remove(last);
  return documentValue(root.written());
}
