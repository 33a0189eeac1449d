import { ElementType, MalformedBson } from "./value.js";

/** Nesting that MongoDB allows in stored documents, plus the wrapping of a command. */
const DEEPEST = 200;

/** Checks every length and terminator, since all later readers trust them. @throws MalformedBson */
export function validateDocument(bytes: Buffer, start: number, limit: number, depth = 0): number {
  if (depth > DEEPEST) throw new MalformedBson("nesting is too deep");
  if (start + 5 > limit) throw new MalformedBson("document is cut short");
  const size = bytes.readInt32LE(start);
  const end = start + size;
  if (size < 5 || end > limit || bytes[end - 1] !== 0) throw new MalformedBson("document has a wrong length");
  let at = start + 4;
  while (bytes[at] !== 0) {
    const type = bytes[at]!;
    let nameEnd = at + 1;
    while (nameEnd < end && bytes[nameEnd] !== 0) nameEnd += 1;
    if (nameEnd >= end - 1) throw new MalformedBson("field name is not ended");
    at = endOfChecked(type, bytes, nameEnd + 1, end - 1, depth);
  }
  if (at !== end - 1) throw new MalformedBson("document ends too early");
  return end;
}

function endOfChecked(type: number, bytes: Buffer, at: number, limit: number, depth: number): number {
  const within = (end: number): number => {
    if (end > limit) throw new MalformedBson("value is cut short");
    return end;
  };
  const sized = (least: number): number => {
    within(at + 4);
    const size = bytes.readInt32LE(at);
    if (size < least) throw new MalformedBson("value has a wrong length");
    return size;
  };
  const ended = (end: number): number => {
    if (bytes[within(end) - 1] !== 0) throw new MalformedBson("string is not ended");
    return end;
  };
  switch (type) {
    case ElementType.DOUBLE:
    case ElementType.DATE:
    case ElementType.TIMESTAMP:
    case ElementType.INT64:
      return within(at + 8);
    case ElementType.STRING:
    case ElementType.CODE:
    case ElementType.SYMBOL:
      return ended(at + 4 + sized(1));
    case ElementType.OBJECT:
    case ElementType.ARRAY:
      return validateDocument(bytes, at, limit, depth + 1);
    case ElementType.BINARY:
      return within(at + 5 + sized(0));
    case ElementType.OBJECT_ID:
      return within(at + 12);
    case ElementType.BOOL:
      if (bytes[within(at + 1) - 1]! > 1) throw new MalformedBson("boolean is neither true nor false");
      return at + 1;
    case ElementType.UNDEFINED:
    case ElementType.NULL:
    case ElementType.MIN_KEY:
    case ElementType.MAX_KEY:
      return at;
    case ElementType.REGEX: {
      const pattern = bytes.indexOf(0, at);
      const flags = pattern < 0 ? -1 : bytes.indexOf(0, pattern + 1);
      if (flags < 0) throw new MalformedBson("regular expression is not ended");
      return within(flags + 1);
    }
    case ElementType.DB_POINTER:
      return within(ended(at + 4 + sized(1)) + 12);
    case ElementType.CODE_WITH_SCOPE: {
      const end = within(at + sized(14));
      const code = at + 8 + bytes.readInt32LE(at + 4);
      if (code < at + 9 || code > end || bytes[code - 1] !== 0) throw new MalformedBson("code is not ended");
      if (validateDocument(bytes, code, end, depth + 1) !== end) throw new MalformedBson("scope has a wrong length");
      return end;
    }
    case ElementType.INT32:
      return within(at + 4);
    case ElementType.DECIMAL128:
      return within(at + 16);
    default:
      throw new MalformedBson(`there is no type ${type}`);
  }
}
