import { MIB } from "../units.js";

export const MAX_QUEUED_EVENTS = 1_000;
const MAX_QUEUED_BYTES = MIB;

/**
 * The events that wait for one subscriber. A push never blocks: if the subscriber is too far behind, the queue ends and
 * drops its events.
 */
export class BoundedQueue<T> {
  private waiting: { readonly value: T; readonly bytes: number }[] = [];
  private bytes = 0;
  private hasEnded = false;
  private error: Error | undefined;
  private wake: (() => void) | undefined;

  /** @param overflow makes the error for a subscriber that is too far behind. */
  constructor(private readonly overflow: () => Error) {}

  push(value: T, bytes: number): void {
    if (this.hasEnded) return;
    this.waiting.push({ value, bytes });
    this.bytes += bytes;
    // A single event may be larger: then the subscriber is not behind.
    const isBehind = this.waiting.length > 1;
    if (isBehind && (this.waiting.length > MAX_QUEUED_EVENTS || this.bytes > MAX_QUEUED_BYTES))
      this.end(this.overflow());
    this.wake?.();
  }

  /** Ends the queue and drops the events that wait. */
  end(error?: Error): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.error = error;
    this.waiting = [];
    this.bytes = 0;
    this.wake?.();
  }

  /** Yields the events in order. @throws the error that the queue ended with */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (let value = await this.next(); value !== undefined; value = await this.next()) yield value;
  }

  /** Returns the next event, or undefined at the end. */
  private async next(): Promise<T | undefined> {
    while (this.waiting.length === 0 && !this.hasEnded)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    if (this.error) throw this.error;
    const first = this.waiting.shift();
    this.bytes -= first?.bytes ?? 0;
    return first?.value;
  }
}
