import { readFileSync } from "node:fs";
import { amountFault, RESOURCE_NAMES, type ResourceName, type ResourceSet } from "./resource-set.js";
import { settingKind, type SettingKind } from "./setting-kind.js";

const PROFILE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_PROFILES = 100;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the value of a JSON text, or of the file that the text names; undefined if there is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.trimStart().startsWith("{") ? text : readFileSync(text, "utf8"));
  } catch {
    return undefined;
  }
}

function resourceSet(value: unknown): ResourceSet | undefined {
  if (!isObject(value)) return undefined;
  const isRight = ([name, amount]: [string, unknown]) =>
    RESOURCE_NAMES.includes(name as ResourceName) &&
    typeof amount === "number" &&
    amountFault(name as ResourceName, amount) === null;
  return Object.entries(value).every(isRight) ? value : undefined;
}

const SET = '{"cpus": 8, "memoryMb": 32768}';
const FIELDS = RESOURCE_NAMES.join(", ");

/** Upper bounds of what may be asked for. An empty text has none. */
export const resourceCaps: SettingKind<ResourceSet> = settingKind(
  `JSON, or the path of a file with it: ${SET}; fields: ${FIELDS}`,
  (text) => (text === "" ? {} : resourceSet(jsonOf(text))),
);

/** Named sets of resources. An empty text has none. */
export const resourceProfiles: SettingKind<ReadonlyMap<string, ResourceSet>> = settingKind(
  `JSON, or the path of a file with it: {"large": ${SET}}; fields: ${FIELDS}`,
  (text) => {
    if (text === "") return new Map();
    const profiles = jsonOf(text);
    if (!isObject(profiles) || Object.keys(profiles).length > MAX_PROFILES) return undefined;
    const entries = Object.entries(profiles).map(([name, value]) => [name, resourceSet(value)] as const);
    const isRight = entries.every(([name, set]) => PROFILE_NAME.test(name) && set !== undefined);
    return isRight ? new Map(entries as [string, ResourceSet][]) : undefined;
  },
);
