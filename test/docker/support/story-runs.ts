import { notebook } from "../../onboard/notebook.js";

/** One run of a notebook's user code, by what it wrote. */
export interface Run {
  readonly container: string;
  readonly from: number;
  /** Null where it did not come to its end. */
  readonly to: number | null;
}

/** A notebook that says when it begins and when it ends, and in which container. */
export const slowNotebook = (seconds: number): string =>
  notebook(
    "import socket, time\nmark = lambda what: print(f'mark {what} {socket.gethostname()} {time.time():.3f}', flush=True)",
    "mark('begin')",
    `time.sleep(${seconds})`,
    "mark('end')",
  );

/** The runs that a log tells of, in order. */
export function runsIn(log: string): Run[] {
  const marks = [...log.matchAll(/^mark (begin|end) (\S+) ([\d.]+)$/gm)].map(([, what, container, at]) => ({
    what,
    container: container!,
    at: Number(at),
  }));
  return marks
    .filter(({ what }) => what === "begin")
    .map(({ container, at }) => ({
      container,
      from: at,
      to: marks.find((each) => each.what === "end" && each.container === container)?.at ?? null,
    }));
}
