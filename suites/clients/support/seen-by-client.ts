import { expect } from "vitest";
import type { Rocas } from "./open-rocas.js";

/** What a client says of its visit: it pages by threes, makes the model `made` twice with one key and once without. */
export interface Seen {
  readonly types: readonly string[];
  readonly forwards: readonly string[];
  readonly backwards: readonly string[];
  readonly ids: readonly string[];
  readonly code: string | null;
}

const NAMES = Array.from({ length: 7 }, (_, index) => `model-${index + 1}`);
const NEWEST_FIRST = NAMES.toReversed();

export async function seedModels({ execute }: Rocas): Promise<void> {
  for (const name of NAMES) await execute(`mutation { createModel(input: { name: "${name}" }) { id } }`);
}

/** Holds what a client saw to what is there. */
export async function expectSeen({ execute }: Rocas, seen: Seen): Promise<void> {
  const { __schema, model } = await execute(`{ __schema { types { name } } model(name: "made") { id } }`);
  const names = (__schema.types as { name: string }[]).map(({ name }) => name);
  expect(seen).toEqual({
    types: names.filter((each) => !each.startsWith("__")).sort(),
    forwards: NEWEST_FIRST,
    backwards: NEWEST_FIRST,
    ids: [model.id, model.id],
    code: "ALREADY_EXISTS",
  });
}
