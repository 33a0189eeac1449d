import type { Cursors } from "../lists/cursors.js";

const LIST = "recordChanged";

/** The position of a client among all changes. */
export interface ChangePosition {
  /** The store tells what came after it. */
  readonly token: string;
  /** The event of the token, where the client was told only what it did to another record. */
  readonly untold: string | null;
}

export const writeChangeCursor = (cursors: Cursors, { token, untold }: ChangePosition): string =>
  cursors.write(LIST, { values: [untold], id: token });

/** @throws BAD_USER_INPUT if no change gave it */
export function readChangeCursor(cursors: Cursors, cursor: string): ChangePosition {
  const { values, id } = cursors.read(LIST, cursor, "after");
  return { token: id, untold: (values[0] as string | null | undefined) ?? null };
}
