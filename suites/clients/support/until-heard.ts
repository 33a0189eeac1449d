import { expect } from "vitest";
import type { Rocas } from "./open-rocas.js";

const PAUSE_MS = 100;

/** What a subscriber says of the first change that it heard. */
export interface Heard {
  readonly action: string;
  readonly record: { readonly name: string };
}

/**
 * Makes models until a subscriber has heard of one: nothing tells when a subscription has begun. It may be one that was
 * made before, since changes are told when they become known.
 */
export async function untilHeard({ execute }: Rocas, subscriber: Promise<Heard>): Promise<void> {
  let isOver = false;
  const heard = subscriber.finally(() => {
    isOver = true;
  });
  // One that fails while a model is being made is reported below.
  heard.catch(() => undefined);
  while (!isOver) {
    await execute("mutation { createModel(input: {}) { id } }");
    await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, PAUSE_MS))]);
  }
  const { action, record } = await heard;
  expect(action).toBe("CREATED");
  const { model } = await execute("query ($name: String!) { model(name: $name) { name } }", { name: record.name });
  expect(model).toEqual({ name: record.name });
}
