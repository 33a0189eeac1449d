import { BESIDE } from "./beside.mjs";
import { REQUESTS } from "./requests.mjs";

/** The works in the order in which they are measured. */
export const WORKS = [...REQUESTS, BESIDE];
