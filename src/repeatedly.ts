import type { Logger } from "pino";

/**
 * Runs the task again and again with a pause between two runs, and before the first one unless another time is given; a
 * failed run is logged. Disposing waits for the run under way.
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
