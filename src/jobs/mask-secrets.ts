import { masked } from "../text/masked.js";

/** The text with stars for every secret, in each way of writing in which a program could echo it. */
export const maskSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((masking, password) => masked(masking, { username: "", password }), text);
