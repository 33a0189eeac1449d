import { DomainError } from "../errors.js";

const padded = (number: number, digits: number): string => String(number).padStart(digits, "0");

/** The position of a piece in the log of its job. Pieces sort by slot, then in the order of writing. */
export interface PiecePosition {
  readonly job: string;
  readonly slot: number;
  readonly attempt: number;
  readonly seq: number;
}

export const pieceId = ({ job, slot, attempt, seq }: PiecePosition): string =>
  [job, padded(slot, 4), padded(attempt, 6), padded(seq, 9)].join(".");

const POSITION = /^(\d{4})\.\d{6}\.\d{9}$/;
const MAX_CURSOR_LENGTH = 4_096;

/** The position of a reader in the log of a job: the last piece of each slot, since the slots write in parallel. */
export class LogPosition {
  private constructor(
    readonly job: string,
    /** The id of the last piece of each slot, without the job. */
    private readonly last: ReadonlyMap<string, string>,
  ) {}

  static beginningOf = (job: string): LogPosition => new LogPosition(job, new Map());

  /** True if nothing has been read. */
  get isBeginning(): boolean {
    return this.last.size === 0;
  }

  /** Returns the bounds of the ids of the slot's later pieces. */
  following(slot: number): readonly [after: string, before: string] {
    const name = padded(slot, 4);
    const last = this.last.get(name);
    return [`${this.job}.${last ?? `${name}.`}`, `${this.job}.${name}/`];
  }

  after(pieces: readonly { readonly _id: string; readonly slot: number }[]): LogPosition {
    const last = new Map(this.last);
    for (const { _id, slot } of pieces) last.set(padded(slot, 4), _id.slice(this.job.length + 1));
    return new LogPosition(this.job, last);
  }

  toString(): string {
    return this.isBeginning ? this.job : `${this.job}.${[...this.last.values()].sort().join(",")}`;
  }

  static parse(text: string): LogPosition | null {
    const [job = ""] = text.split(".", 1);
    const places = text === job ? [] : text.slice(job.length + 1).split(",");
    const slots = places.map((place): [string, string] => [POSITION.exec(place)?.[1] ?? "", place]);
    if (job === "" || slots.some(([slot]) => slot === "")) return null;
    return new LogPosition(job, new Map(slots));
  }
}

/** Returns the positions in several logs as a cursor. */
export const formatLogCursor = (positions: readonly LogPosition[]): string =>
  Buffer.from(positions.join(";")).toString("base64url");

/** @throws BAD_USER_INPUT if the text is no cursor of a log */
export function parseLogCursor(cursor: string): LogPosition[] {
  const text = cursor.length <= MAX_CURSOR_LENGTH ? Buffer.from(cursor, "base64url").toString() : "";
  const positions = text.split(";").map((each) => LogPosition.parse(each));
  const known = positions.filter((each) => each !== null);
  if (known.length < positions.length || formatLogCursor(known) !== cursor) throw invalidLogCursor();
  return known;
}

export const invalidLogCursor = (): DomainError =>
  new DomainError("BAD_USER_INPUT", "The cursor is not one of this log: give an `endCursor` that a page of it had.", [
    "after",
  ]);
