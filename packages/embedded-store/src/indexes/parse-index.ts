import { BsonWriter } from "../bson/bson-writer.js";
import { exactNumber, isNumber, isTruthy } from "../bson/compare-values.js";
import { parsePath } from "../bson/field-path.js";
import { documentValue, ElementType, fieldsOf, isEmpty, stringOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition, type Condition } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { IndexDefinition, type IndexField } from "./index-definition.js";

const LONGEST_TTL = 2147483647;
const KNOWN_ELSEWHERE = new Set(
  "collation hidden weights default_language language_override textIndexVersion 2dsphereIndexVersion bits min max bucketSize storageEngine wildcardProjection prepareUnique clustered".split(
    " ",
  ),
);

export interface ParsedIndex {
  readonly name: string;
  readonly specification: Buffer;
  readonly fields: readonly IndexField[];
  readonly options: IndexDefinition["options"];
}

/** An index as `createIndexes` names it. @throws CommandError for what MongoDB or this store does not take. */
export function parseIndex(specification: Value): ParsedIndex {
  const given = new Map(fieldsOf(specification));
  const key = given.get("key");
  const name = given.get("name");
  if (!key?.isObject)
    throw new CommandError("FailedToParse", "The 'key' field is a required property of an index specification");
  if (name?.type !== ElementType.STRING)
    throw new CommandError("FailedToParse", "The 'name' field is a required property of an index specification");
  for (const [option, value] of given) refuseUnknown(option, value);
  const filter = given.get("partialFilterExpression");
  const sparse = isSet(given.get("sparse"));
  if (filter && sparse) throw cannot('cannot mix "partialFilterExpression" and "sparse" options');
  if (filter && !filter.isObject) throw cannot("partialFilterExpression must be an object");
  const fields = parseFields(key);
  return {
    name: stringOf(name),
    fields,
    specification: normalized(key, given),
    options: {
      unique: isSet(given.get("unique")),
      sparse,
      expireAfterSeconds: parseExpiry(given.get("expireAfterSeconds"), fields),
      partial: filter && parsePartial(filter.copied()),
    },
  };
}

const isSet = (value: Value | undefined): boolean => value !== undefined && isTruthy(value);
const cannot = (message: string): CommandError => new CommandError("CannotCreateIndex", message);

const TAKEN = new Set([
  "key",
  "name",
  "unique",
  "sparse",
  "partialFilterExpression",
  "expireAfterSeconds",
  "background",
  "v",
  "ns",
]);

function refuseUnknown(option: string, value: Value): void {
  if (TAKEN.has(option)) return;
  if (KNOWN_ELSEWHERE.has(option)) throw notImplemented(`the index option ${option}`);
  throw new CommandError(
    "InvalidOptions",
    `The field '${option}' is not valid for an index specification. (${value.type})`,
    197,
  );
}

function parseFields(key: Value): IndexField[] {
  if (isEmpty(key)) throw cannot("Index keys cannot be empty.");
  return [...fieldsOf(key)].map(([path, direction]) => {
    if (direction.type === ElementType.STRING) throw notImplemented(`an index of the kind "${stringOf(direction)}"`);
    const number = isNumber(direction) ? Number(exactNumber(direction)) : 0;
    if (number === 0 || Number.isNaN(number))
      throw cannot(`Values in the index key pattern cannot be 0 or no number; "${path}" is.`);
    if (path === "$**" || path.endsWith(".$**")) throw notImplemented("wildcard indexes");
    if (path.split(".").some((part) => part.startsWith("$")))
      throw cannot(`Index key contains an illegal field name: field name starts with '$'.`);
    if (path.split(".").includes("")) throw cannot("Index keys cannot be an empty field.");
    return { path: parsePath(path), descending: number < 0 };
  });
}

function parseExpiry(value: Value | undefined, fields: readonly IndexField[]): number | undefined {
  if (!value) return undefined;
  const seconds = isNumber(value) ? Number(exactNumber(value)) : Number.NaN;
  if (!(seconds >= 0 && seconds <= LONGEST_TTL))
    throw cannot(`TTL index 'expireAfterSeconds' option must be within 0 and ${LONGEST_TTL}`);
  if (fields.length > 1) throw cannot("TTL indexes are single-field indexes, compound indexes do not support TTL.");
  return Math.floor(seconds);
}

function parsePartial(filter: Value): NonNullable<IndexDefinition["options"]["partial"]> {
  const condition = parseFilter(filter, "define");
  if (!isAllowedInPartial(condition)) throw cannot("unsupported expression in partial index");
  return { condition, matches: compileCondition(condition), filter };
}

const IN_PARTIAL = new Set(["eq", "gt", "gte", "lt", "lte", "exists", "type", "in"]);

function isAllowedInPartial(condition: Condition): boolean {
  if (condition.kind === "field") return IN_PARTIAL.has(condition.test.op);
  return (condition.kind === "and" || condition.kind === "or") && condition.parts.every(isAllowedInPartial);
}

/** As `listIndexes` answers it: the version, the key, the name, then what was asked for. */
function normalized(key: Value, given: ReadonlyMap<string, Value>): Buffer {
  const writer = new BsonWriter();
  const begun = writer.begin();
  writer.int32("v", 2);
  writer.value("key", key);
  for (const [option, value] of given) {
    if (option === "unique" || option === "sparse") {
      if (isTruthy(value)) writer.bool(option, true);
    } else if (!["key", "v", "ns", "background"].includes(option)) {
      writer.value(option, value);
    }
  }
  writer.end(begun);
  return Buffer.from(writer.finished());
}

/** An index read back from the catalog, whose specification has been checked before. */
export function storedIndex(
  specification: Buffer,
  space: number,
  multikey: boolean[] | undefined,
  isBuilt: boolean,
): IndexDefinition {
  const parsed = parseIndex(documentValue(specification));
  const seen = multikey ?? parsed.fields.map(() => false);
  // MongoDB does not say of the index of `_id` that it is unique, and neither may we; yet it is.
  const options = parsed.name === "_id_" ? { ...parsed.options, unique: true } : parsed.options;
  return new IndexDefinition(space, parsed.name, specification, parsed.fields, options, seen, isBuilt);
}
