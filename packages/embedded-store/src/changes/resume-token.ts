import { ElementType } from "../bson/element-type.js";
import { fieldOf, stringOf, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";

const DATA = Buffer.from("_data");
/** Version, position, kind, and whose it is. */
const PATTERN = /^01[0-9A-F]{12}0[01][0-9A-F]{16}$/;

/** Where a stream stands, for the client to keep: in hexadecimal, so that tokens of one stream sort as its events do. */
export interface ResumeToken {
  /** The number of the last record that the stream has seen, or passed by. */
  readonly position: number;
  /** The event after which nothing follows: the collection was dropped. */
  readonly isInvalidate: boolean;
  /** Which watched namespace of which data folder it belongs to: sixteen digits. */
  readonly identity: string;
}

export function writeToken({ position, isInvalidate, identity }: ResumeToken): string {
  return `01${position.toString(16).toUpperCase().padStart(12, "0")}0${isInvalidate ? 1 : 0}${identity}`;
}

/** @throws CommandError for what is no token of this store. */
export function readToken(token: Value): ResumeToken {
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
