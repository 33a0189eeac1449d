import { setFlagsFromString } from "node:v8";

/**
 * Bounds the memory for new objects while the server loads. V8 doubles it for objects that live, as all modules do, and
 * an idle server would keep some 20 MB that it never needs.
 */
export const keepYoungSpaceSmall = (): void => setFlagsFromString("--semi-space-growth-factor=1");

/** Lets it grow again under load, by V8's own factor. */
export const letYoungSpaceGrow = (): void => setFlagsFromString("--semi-space-growth-factor=2");
