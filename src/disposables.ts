import type { Logger } from "pino";

/** Closes resources in the reverse order of their opening. Node 20 has no AsyncDisposableStack. */
export class Disposables implements AsyncDisposable {
  private readonly opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.opened.push(resource);
    return resource;
  }

  /** Calls `close` in its place of the reverse order. */
  defer(close: () => Promise<void>): void {
    this.opened.push({ [Symbol.asyncDispose]: close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let last = this.opened.pop(); last; last = this.opened.pop()) await last[Symbol.asyncDispose]();
  }
}

/**
 * Runs the task again and again, with `pauseMs` between two runs and `firstMs` before the first.
 * A failed run is logged. Disposing waits for the run under way.
 */
export function repeatedly(
  pauseMs: number,
  task: () => Promise<void>,
  logger: Logger,
  firstMs = pauseMs,
): AsyncDisposable {
  let stopped = false;
  let timer: NodeJS.Timeout;
  const run = async (): Promise<void> => {
    await task().catch((error: unknown) => logger.warn({ event: "sweep_failed", err: error }));
    if (!stopped) plan(pauseMs);
  };
  let running: Promise<void> = Promise.resolve();
  const plan = (afterMs: number): void => {
    timer = setTimeout(() => (running = run()), afterMs);
  };
  plan(firstMs);
  return {
    async [Symbol.asyncDispose]() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
