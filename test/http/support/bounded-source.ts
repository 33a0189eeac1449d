import { DomainError } from "../../../src/errors.js";

/** A source of events whose publisher never waits: what is not taken in time ends it. */
export class BoundedSource<T extends string | object> implements AsyncIterableIterator<T> {
  private readonly queue: T[] = [];
  private failure: DomainError | undefined;
  private hasEnded = false;
  private wake: (() => void) | undefined;

  constructor(
    private readonly most: number,
    private readonly onEnd: () => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Whether it has not overflowed. */
  get canTake(): boolean {
    return !this.failure;
  }

  publish(event: T): void {
    if (this.failure || this.hasEnded) return;
    if (this.queue.length < this.most) this.queue.push(event);
    else this.failure = new DomainError("LIMIT_EXCEEDED", "Events came faster than they were read.");
    this.wake?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      if (this.hasEnded) return { done: true, value: undefined };
      const event = this.queue.shift();
      if (event !== undefined) return { done: false, value: event };
      if (this.failure) {
        this.end();
        throw this.failure;
      }
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.onEnd();
    this.wake?.();
  }
}
