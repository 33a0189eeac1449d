import { notebook } from "../onboard/notebook.js";

/** One run of a notebook's user code, by what it wrote. */
export interface MarkedRun {
  readonly attempt: number;
  readonly from: number;
  /** Null where it did not come to its end. */
  readonly to: number | null;
}

/** A notebook that says when it begins and when it ends, and in which attempt; between them it works. */
export const markedNotebook = (...cells: readonly string[]): string =>
  notebook(
    "import os, time\nmark = lambda what: print(f'mark {what} {os.environ[\"ROCAS_ATTEMPT\"]} {time.time():.3f}', flush=True)",
    "mark('begin')",
    ...cells,
    "mark('end')",
  );

/** The runs that a log tells of, in order. */
export function runsIn(log: string): MarkedRun[] {
  const marks = [...log.matchAll(/^mark (begin|end) (\d+) ([\d.]+)$/gm)].map(([, what, attempt, at]) => ({
    what,
    attempt: Number(attempt),
    at: Number(at),
  }));
  return marks.flatMap((begin, index) => {
    if (begin.what !== "begin") return [];
    const end = marks.slice(index).find((each) => each.what === "end" && each.attempt === begin.attempt);
    return [{ attempt: begin.attempt, from: begin.at, to: end?.at ?? null }];
  });
}
