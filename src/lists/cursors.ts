import { createHmac, timingSafeEqual } from "node:crypto";
import { EJSON } from "bson";
import { DomainError } from "../errors.js";

/** The position of a record in an order: the values that it is compared by, and its id. */
export interface Position {
  readonly values: readonly unknown[];
  readonly id: string;
}

const MAC_BYTES = 12;
const MOST_CHARACTERS = 8_192;

/** Positions as text that clients give back: signed, so that only what a page gave is ever read, and only for the list and order that gave it. */
export class Cursors {
  constructor(private readonly key: string) {}

  write(list: string, { values, id }: Position): string {
    const content = EJSON.stringify([...values, id], { relaxed: false });
    return Buffer.concat([this.mac(list, content), Buffer.from(content)]).toString("base64url");
  }

  /** @throws BAD_USER_INPUT if no page of that list and order gave it. */
  read(list: string, cursor: string, argument: string): Position {
    const bytes = cursor.length > MOST_CHARACTERS ? Buffer.alloc(0) : Buffer.from(cursor, "base64url");
    const [mac, content] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES).toString()];
    if (mac.length !== MAC_BYTES || !timingSafeEqual(mac, this.mac(list, content)))
      throw new DomainError(
        "BAD_USER_INPUT",
        "This is no cursor of this list in this order: give an `endCursor` or `startCursor` that a page of it had, with the same `orderBy`.",
        [argument],
      );
    const parts = EJSON.parse(content, { relaxed: false }) as unknown[];
    return { values: parts.slice(0, -1), id: parts.at(-1) as string };
  }

  private mac(list: string, content: string): Buffer {
    return createHmac("sha256", this.key).update(`${list}\n${content}`).digest().subarray(0, MAC_BYTES);
  }
}
