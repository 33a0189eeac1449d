import { BESIDE_LISTS } from "./beside-lists.mjs";
import { BESIDE_SUBSCRIBERS } from "./beside-subscribers.mjs";
import { REQUESTS } from "./requests.mjs";
import { RESOURCES } from "./resources.mjs";
import { SUBSCRIBERS_WORK } from "./subscribers.mjs";

/** The works in the order in which they are measured. */
export const WORKS = [...REQUESTS, BESIDE_LISTS, RESOURCES, SUBSCRIBERS_WORK, BESIDE_SUBSCRIBERS];
