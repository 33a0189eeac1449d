import { expect } from "vitest";
import type { Rocas } from "./open-rocas.js";

const PAUSE_MS = 100;

/** What a subscriber says of the first change that it heard. */
export interface Heard {
  readonly action: string;
  readonly record: { readonly name: string };
}

/** Makes models until a subscriber has heard of one: nothing tells when a subscription has begun. */
export async function untilHeard({ execute }: Rocas, subscriber: Promise<Heard>): Promise<void> {
  let isOver = false;
  const heard = subscriber.finally(() => {
    isOver = true;
  });
  // One that fails while a model is being made is reported below.
  heard.catch(() => undefined);
  const made: string[] = [];
  while (!isOver) {
    const name = `heard-${made.length + 1}`;
    await execute(`mutation { createModel(input: { name: "${name}" }) { id } }`);
    made.push(name);
    await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, PAUSE_MS))]);
  }
  const { action, record } = await heard;
  expect(action).toBe("CREATED");
  expect(made).toContain(record.name);
}
