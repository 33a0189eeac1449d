import { BSONType } from "bson";
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLLeafType,
  GraphQLString,
  isEnumType,
} from "graphql";
import { GraphQLDateTime, GraphQLSafeInt } from "graphql-scalars";
import { JsonObjectScalar, JsonScalar } from "../graph/scalars.js";
import { documentEnd, HEADER_BYTES, int32At, keyEnd, lengthAt, valueEnd } from "../documents/raw-document.js";
import { CLOSE_LIST, CLOSE_OBJECT, COMMA, type JsonWriter, OPEN_LIST, OPEN_OBJECT } from "./json-writer.js";

/**
 * Writes a stored value of a BSON type as JSON. It returns false, with nothing written that counts, for a value that
 * must be decoded and serialised by its scalar.
 */
export type RawLeaf = (writer: JsonWriter, bytes: Uint8Array, type: number, at: number) => boolean;

const COLON = 0x3a;

/** Returns the way to write a scalar or an enum from bytes; null if its values must be decoded. */
export function rawLeafOf(leaf: GraphQLLeafType): RawLeaf | null {
  if (isEnumType(leaf)) return enumWriter(leaf.getValues());
  return RAW.get(leaf.name) ?? null;
}

const text: RawLeaf = (writer, bytes, type, at) => {
  if (type !== BSONType.string) return false;
  writer.text(bytes, at + HEADER_BYTES, at + HEADER_BYTES + lengthAt(bytes, at) - 1);
  return true;
};

const whole: RawLeaf = (writer, bytes, type, at) => {
  if (type !== BSONType.int) return false;
  writer.ascii(String(int32At(bytes, at)));
  return true;
};

const number: RawLeaf = (writer, bytes, type, at) => {
  if (type === BSONType.int) return whole(writer, bytes, type, at);
  if (type !== BSONType.double) return false;
  const value = new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0, true);
  if (!Number.isFinite(value)) return false;
  writer.ascii(String(value));
  return true;
};

const boolean: RawLeaf = (writer, bytes, type, at) => {
  if (type !== BSONType.bool) return false;
  writer.boolean(bytes[at] === 1);
  return true;
};

const date: RawLeaf = (writer, bytes, type, at) => {
  if (type !== BSONType.date) return false;
  const ms = Number(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigInt64(0, true));
  const time = new Date(ms);
  if (Number.isNaN(time.getTime())) return false;
  writer.ascii(`"${time.toISOString()}"`);
  return true;
};

/** Writes the user's own JSON. Only values of other types than JSON's must be decoded. */
const json: RawLeaf = (writer, bytes, type, at) => {
  const begin = writer.length;
  const isWritten = writeJson(writer, bytes, type, at);
  if (!isWritten) writer.length = begin;
  return isWritten;
};

function writeJson(writer: JsonWriter, bytes: Uint8Array, type: number, at: number): boolean {
  if (type === BSONType.object || type === BSONType.array) return writeMembers(writer, bytes, type, at);
  if (type === BSONType.null) writer.null();
  else return text(writer, bytes, type, at) || number(writer, bytes, type, at) || boolean(writer, bytes, type, at);
  return true;
}

function writeMembers(writer: JsonWriter, bytes: Uint8Array, type: number, start: number): boolean {
  const isList = type === BSONType.array;
  writer.byte(isList ? OPEN_LIST : OPEN_OBJECT);
  const end = documentEnd(bytes, start);
  let at = start + HEADER_BYTES;
  while (at < end) {
    if (at > start + HEADER_BYTES) writer.byte(COMMA);
    const value = keyEnd(bytes, at + 1) + 1;
    if (!isList) {
      // JavaScript's objects put whole numbers among their keys first, wherever they stand in the store.
      if (isDigit(bytes[at + 1]!)) return false;
      writer.text(bytes, at + 1, value - 1);
      writer.byte(COLON);
    }
    if (!writeJson(writer, bytes, bytes[at]!, value)) return false;
    at = valueEnd(bytes, bytes[at]!, value);
  }
  writer.byte(isList ? CLOSE_LIST : CLOSE_OBJECT);
  return true;
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function enumWriter(values: readonly { readonly name: string; readonly value: unknown }[]): RawLeaf {
  const known = values.map(({ name, value }) => ({ stored: Buffer.from(String(value)), name: `"${name}"` }));
  return (writer, bytes, type, at) => {
    if (type !== BSONType.string) return false;
    const length = lengthAt(bytes, at) - 1;
    const found = known.find(({ stored }) => stored.length === length && isTextAt(bytes, at + HEADER_BYTES, stored));
    if (!found) return false;
    writer.ascii(found.name);
    return true;
  };
}

function isTextAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let index = 0; index < expected.length; index += 1) if (bytes[at + index] !== expected[index]) return false;
  return true;
}

const RAW = new Map<string, RawLeaf>([
  [GraphQLString.name, text],
  [GraphQLID.name, text],
  [GraphQLInt.name, whole],
  [GraphQLSafeInt.name, whole],
  [GraphQLFloat.name, number],
  [GraphQLBoolean.name, boolean],
  [GraphQLDateTime.name, date],
  [JsonObjectScalar.name, (writer, bytes, type, at) => type === BSONType.object && json(writer, bytes, type, at)],
  [JsonScalar.name, json],
]);
