import { BESIDE } from "./beside.mjs";
import { REQUESTS } from "./requests.mjs";
import { RESOURCES } from "./resources.mjs";
import { TELLING } from "./subscribers.mjs";

/** The works in the order in which they are measured. */
export const WORKS = [...REQUESTS, BESIDE, RESOURCES, TELLING];
