/** Rejects once the signal aborts. The engine's work goes on and leaves at most a cached image. */
export async function abortable<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
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
