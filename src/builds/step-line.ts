/**
 * Begins the output of a step in a build log: `Step 2/5 : RUN make` by the classic builder, `[2/5] RUN make` or
 * `CACHED [base 2/5] RUN make` by BuildKit.
 */
const STEP = /^(?:Step (\d+)\/(\d+) :|(?:CACHED )?\[(?:[^\]\n]* )?(\d+)\/(\d+)\] (?!done in ))/;

export const isStepLine = (line: string): boolean => STEP.test(line);

/** Returns the share of the steps that were done before the last one that the text begins; 0 if it begins none. */
export function shareOfSteps(text: string): number {
  let share = 0;
  for (const line of text.split("\n")) {
    const [, step, steps, kitStep, kitSteps] = STEP.exec(line) ?? [];
    const number = step ?? kitStep;
    if (number) share = Math.max(share, (Number(number) - 1) / Math.max(1, Number(steps ?? kitSteps)));
  }
  return share;
}
