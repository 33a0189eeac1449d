import { allStages, nameAndOperand, parsePipeline } from "../aggregate/pipeline.js";
import { sourcesOf, type Stage } from "../aggregate/stage.js";
import { arrayValue } from "../bson/bson-writer.js";
import { isTruthy } from "../bson/compare-values.js";
import { elementsOf, ElementType, fieldOf, fieldsOf, stringOf, typeName, type Value } from "../bson/value.js";
import type { Engine } from "../engine/engine.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { compileCondition, type Condition, conjuncts, type Matches } from "../query/condition.js";

/** The beginning of a stream: after what a token has seen, at a time, or with what comes next. */
export interface Beginning {
  readonly token?: ResumeToken;
  readonly operationTime?: bigint;
}

export interface Watch extends Beginning {
  readonly matches: Matches;
  /** The stages for an event that matches. */
  readonly stages: readonly Stage[];
}

/** Returns the operand of `$changeStream` if that is the first stage. */
export function changeStreamIn(pipeline: Value): Value | undefined {
  const [first] = pipeline.isArray ? elementsOf(pipeline) : [];
  if (!first?.isObject) return undefined;
  const [name, operand] = nameAndOperand(first);
  return name === "$changeStream" ? operand : undefined;
}

const STAGES = new Set(["$match", "$project", "$addFields"]);
const ELSEWHERE = new Set(["$set", "$unset", "$replaceRoot", "$replaceWith", "$redact"]);

/** @throws CommandError for what is malformed, and by name for everything but inserts. */
export function parseWatch(options: Value, pipeline: Value, engine: Engine): Watch {
  const beginning = parseOptions(options);
  const rest = elementsOf(pipeline).slice(1);
  for (const [name] of rest.map(nameAndOperand)) {
    if (STAGES.has(name)) continue;
    if (ELSEWHERE.has(name)) throw notImplemented(`the stage ${name} in change streams`);
    throw new CommandError("IllegalOperation", `${name} is not permitted in a $changeStream pipeline`);
  }
  const parsed = parsePipeline(
    arrayValue(rest),
    sourcesOf(engine, () => undefined),
  );
  const { condition } = parsed.wish;
  if (!conjuncts(condition).some(isAboutInserts))
    throw notImplemented(
      'change streams of anything but inserts (begin the pipeline with { $match: { operationType: "insert" } })',
    );
  return { ...beginning, matches: compileCondition(condition), stages: allStages(parsed) };
}

/** Streams tell of inserts, and of the end. */
const TOLD = new Set(["insert", "invalidate"]);

function isAboutInserts(condition: Condition): boolean {
  if (condition.kind !== "field" || condition.path.text !== "operationType") return false;
  const { test } = condition;
  if (test.op === "eq") return isTold(test.value);
  return test.op === "in" && test.values.every(isTold);
}

const isTold = (value: Value): boolean => value.type === ElementType.STRING && TOLD.has(stringOf(value));

function parseOptions(options: Value): Beginning {
  if (!options.isObject)
    throw new CommandError("BadValue", "the $changeStream stage must be specified as an object", 50808);
  const given = new Map([...fieldsOf(options)].filter(([, { type }]) => type !== ElementType.NULL));
  for (const [name, value] of given) checkOption(name, value);
  const beginnings = ["resumeAfter", "startAfter", "startAtOperationTime"].filter((name) => given.has(name));
  if (beginnings.length > 1)
    throw new CommandError(
      "BadValue",
      `Do not specify both '${beginnings[0]}' and '${beginnings[1]}' in a $changeStream stage`,
      beginnings.includes("startAtOperationTime") ? 40674 : 50865,
    );
  const time = given.get("startAtOperationTime");
  if (time)
    return {
      operationTime: expect("startAtOperationTime", time, ElementType.TIMESTAMP).bytes.readBigUInt64LE(time.start),
    };
  const [name] = beginnings;
  return name ? { token: tokenIn(name, given.get(name)!) } : {};
}

function tokenIn(name: string, value: Value): ResumeToken {
  const token = readToken(expect(name, value, ElementType.OBJECT));
  if (token.isInvalidate && name === "resumeAfter")
    throw new CommandError(
      "InvalidResumeToken",
      "Attempting to resume a change stream using 'resumeAfter' is not allowed from an invalidate notification",
    );
  return token;
}

function checkOption(name: string, value: Value): void {
  switch (name) {
    case "resumeAfter":
    case "startAfter":
    case "startAtOperationTime":
      return;
    case "fullDocument":
      return refuseUnless(name, value, "default");
    case "fullDocumentBeforeChange":
      return refuseUnless(name, value, "off");
    case "showExpandedEvents":
    case "allChangesForCluster":
      if (isTruthy(value)) throw notImplemented(`the option ${name} of change streams`);
      return;
    default:
      throw new CommandError("FailedToParse", `BSON field '$changeStream.${name}' is an unknown field.`, 40415);
  }
}

function refuseUnless(name: string, value: Value, allowed: string): void {
  const text = stringOf(expect(name, value, ElementType.STRING));
  if (text !== allowed) throw notImplemented(`${name}: "${text}" of change streams`);
}

function expect(name: string, value: Value, type: number): Value {
  if (value.type === type) return value;
  throw new CommandError(
    "TypeMismatch",
    `BSON field '$changeStream.${name}' is the wrong type '${typeName(value.type)}', expected type '${typeName(type)}'`,
  );
}

const DATA = Buffer.from("_data");
/** Version, position, kind, and whose it is. */
const PATTERN = /^01[0-9A-F]{12}0[01][0-9A-F]{16}$/;

/** The position of a stream, for the client to keep: in hexadecimal, so that tokens of one stream sort as its events do. */
interface ResumeToken {
  /** The number of the last record that the stream has seen, or passed by. */
  readonly position: number;
  /** The event after which nothing follows: the collection was dropped. */
  readonly isInvalidate: boolean;
  /** The watched namespace of one data folder that it belongs to: sixteen digits. */
  readonly identity: string;
}

export function writeToken({ position, isInvalidate, identity }: ResumeToken): string {
  return `01${position.toString(16).toUpperCase().padStart(12, "0")}0${isInvalidate ? 1 : 0}${identity}`;
}

/** @throws CommandError for what is no token of this store. */
function readToken(token: Value): ResumeToken {
  const value = fieldOf(token, DATA);
  if (value?.type !== ElementType.STRING)
    throw new CommandError(
      "FailedToParse",
      "Bad resume token: _data of missing or of wrong type. Expected string",
      40647,
    );
  const text = stringOf(value);
  if (!PATTERN.test(text)) throw new CommandError("FailedToParse", "resume token string was not a token of this store");
  return {
    position: Number.parseInt(text.slice(2, 14), 16),
    isInvalidate: text[15] === "1",
    identity: text.slice(16),
  };
}
