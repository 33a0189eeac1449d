import type { GraphQLFormattedError } from "graphql";

/** The answer of an executor. */
export interface ExecutorAnswer {
  readonly status: number;
  /** The member `data` of the answer, as it was written. */
  readonly data: string;
  readonly errors: readonly GraphQLFormattedError[];
}

type Path = readonly (string | number)[];

/**
 * Returns the differences between two answers; none if they are the same.
 *
 * If a null goes up, the specification lets an executor leave out errors beside the one that caused it: of those, each
 * answer needs one. Their order is open, and ids differ.
 */
export function differencesOf(ours: ExecutorAnswer, theirs: ExecutorAnswer): string[] {
  const differences: string[] = [];
  if (ours.status !== theirs.status) differences.push(`status ${ours.status}, not ${theirs.status}`);
  if (ours.data !== theirs.data) differences.push(differenceOfText(ours.data, theirs.data));
  const [ourErrors, theirErrors] = [errorsIn(ours), errorsIn(theirs)];
  for (const error of ourErrors) if (!theirErrors.has(error)) differences.push(`an error too much: ${error}`);
  for (const error of theirErrors) if (!ourErrors.has(error)) differences.push(`an error is missing: ${error}`);
  return differences;
}

function differenceOfText(ours: string, theirs: string): string {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 80), at + 80);
  return `data at ${at}: ${around(ours)} -- not -- ${around(theirs)}`;
}

/** Returns the errors as texts. One whose null went up counts as an error there. */
function errorsIn({ data, errors }: ExecutorAnswer): Set<string> {
  const whole = data.startsWith('"data":') ? (JSON.parse(data.slice('"data":'.length, -1)) as unknown) : undefined;
  return new Set(
    errors.map(({ message, path, locations, extensions }) => {
      const { id: _, ...others } = extensions ?? {};
      const at = path && placeOfNull(whole, path);
      if (path && at && at.length < path.length) return `null went up to ${at.join(".")}`;
      return JSON.stringify({ message, path, locations, others });
    }),
  );
}

/** Returns the beginning of a path that leads to null. */
function placeOfNull(data: unknown, path: Path): Path {
  let value = data;
  for (const [index, step] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, index);
    value = (value as Record<string | number, unknown>)[step];
  }
  return path;
}
