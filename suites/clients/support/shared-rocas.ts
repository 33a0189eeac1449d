import { afterAll, beforeAll } from "vitest";
import { openRocas, type Rocas } from "./open-rocas.js";

/** One server for the tests of a file; it is there when they run. */
export function sharedRocas(): () => Rocas {
  let rocas: Rocas | undefined;
  beforeAll(async () => {
    rocas = await openRocas();
  });
  afterAll(() => rocas?.[Symbol.asyncDispose]());
  return () => rocas!;
}
