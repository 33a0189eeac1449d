import { MIB } from "../units.js";

export const MAX_QUEUED_EVENTS = 1_000;
const MAX_QUEUED_BYTES = MIB;

/**
 * The events that wait for one subscriber. A push never blocks: if the subscriber is too far behind, the queue ends and
 * drops its events.
 */
export class BoundedQueue<T> implements AsyncIterableIterator<T, undefined> {
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

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Returns the next event. @throws the error that the queue ended with */
  next(): Promise<IteratorResult<T, undefined>> {
    const isAtHand = this.waiting.length > 0 || this.hasEnded;
    return isAtHand ? this.take() : new Promise<void>((resolve) => (this.wake = resolve)).then(() => this.take());
  }

  private take(): Promise<IteratorResult<T, undefined>> {
    this.wake = undefined;
    if (this.error) return Promise.reject(this.error);
    const first = this.waiting.shift();
    if (!first) return Promise.resolve({ done: true, value: undefined });
    this.bytes -= first.bytes;
    return Promise.resolve({ done: false, value: first.value });
  }
}
