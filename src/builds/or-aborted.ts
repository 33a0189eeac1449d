/**
 * Returns the result of the work, or throws as soon as the signal aborts. The engine goes on with work that knows no
 * signal; it leaves a cached image there, and nothing that anybody takes for ours.
 */
export async function orAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let listener: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason as Error);
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (listener) signal.removeEventListener("abort", listener);
  }
}
