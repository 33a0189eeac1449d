import { entriesOf, settingKind } from "./setting-kind.js";

/** The most jobs of one project at a time. */
export interface ProjectCaps {
  /** For a project that is not named; Infinity if there is none. */
  readonly others: number;
  /** By the name of the project. */
  readonly named: ReadonlyMap<string, number>;
}

const ENTRY = /^(?:([A-Za-z0-9-]{1,64})=)?([1-9]\d{0,3})$/;

/** `2,iris=4`: 4 for the project `iris`, and 2 for each other one. */
export const projectCaps = settingKind<ProjectCaps>(
  "the most of each project, and of single ones by name, from 1 to 9,999 each, as `2,iris=4`",
  (text) => {
    const entries = entriesOf(text).map((entry) => ENTRY.exec(entry));
    if (entries.includes(null)) return undefined;
    const read = entries.map((entry) => [entry![1], Number(entry![2])] as const);
    const unnamed = read.filter(([name]) => name === undefined);
    const named = new Map(read.flatMap(([name, cap]) => (name === undefined ? [] : [[name, cap] as const])));
    const isTwice = unnamed.length > 1 || unnamed.length + named.size < read.length;
    return isTwice ? undefined : { others: unnamed[0]?.[1] ?? Infinity, named };
  },
);
