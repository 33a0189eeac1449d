/** The most that a subscriber may be behind. */
export const MOST_EVENTS = 1_000;
export const MOST_BYTES = 1024 * 1024;

/**
 * The events that wait for one subscriber. Putting one in never blocks: a subscriber that is too far behind is
 * ended instead, and what waited for it is let go.
 */
export class BoundedQueue<T> {
  #waiting: { readonly value: T; readonly bytes: number }[] = [];
  #bytes = 0;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  /** @param tooFar what a subscriber is told that is too far behind. */
  constructor(private readonly tooFar: () => Error) {}

  push(value: T, bytes: number): void {
    if (this.#hasEnded) return;
    this.#waiting.push({ value, bytes });
    this.#bytes += bytes;
    // One alone may be larger: a subscriber that waits for it is not behind.
    const isBehind = this.#waiting.length > 1;
    if (isBehind && (this.#waiting.length > MOST_EVENTS || this.#bytes > MOST_BYTES)) this.end(this.tooFar());
    this.#wake?.();
  }

  /** Nothing follows; what waits is let go. */
  end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    this.#waiting = [];
    this.#bytes = 0;
    this.#wake?.();
  }

  /** In order, each when there is one. @throws the error that it ended with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let value = await this.#next(); value !== undefined; value = await this.#next()) yield value;
  }

  /** Undefined at the end. */
  async #next(): Promise<T | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#error) throw this.#error;
    const first = this.#waiting.shift();
    this.#bytes -= first?.bytes ?? 0;
    return first?.value;
  }
}
