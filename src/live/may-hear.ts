import type { Caller } from "../caller.js";

/**
 * True if the caller may hear of that record: asked for each event, since what one may read can change while one
 * listens. Whoever is let in at all may read every record.
 */
export const mayHear = (_caller: Caller, _record: string): boolean => true;
