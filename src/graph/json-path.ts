const PLAIN_KEY = /^[_A-Za-z][\w-]{0,63}$/;
const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const MAX_SHOWN = 64;

/** Returns a key in quotes, escaped, and as short as keys are. */
function quoted(key: string): string {
  const points = [...key];
  const shown = points.length > MAX_SHOWN ? `${points.slice(0, MAX_SHOWN).join("")}…` : key;
  return JSON.stringify(shown).replace(INVISIBLE, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Returns the path of a JSON value as people write it: `metrics["$loss"][2]`. */
export const formatPath = (path: readonly (string | number)[]): string =>
  path
    .map((each, index) => {
      if (typeof each === "number") return `[${each}]`;
      return PLAIN_KEY.test(each) ? `${index === 0 ? "" : "."}${each}` : `[${quoted(each)}]`;
    })
    .join("");

/** A part of a value and the chain of its parents. A list of keys for each part would cost too much. */
export interface Place {
  readonly key: string | number;
  readonly within: Place | null;
}

export function pathTo(place: Place | null): (string | number)[] {
  const path: (string | number)[] = [];
  for (let each = place; each; each = each.within) path.unshift(each.key);
  return path;
}
