import type { Life } from "./life.js";

/**
 * The events of one subscription. A generator alone would let go of what it holds only when the event comes that it
 * waits for, or never.
 */
export class Following<T> implements AsyncIterableIterator<T> {
  constructor(
    private readonly told: AsyncGenerator<T, void>,
    private readonly life: Life,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.life.hasEnded) return { done: true, value: undefined };
    try {
      const { done, value } = await this.told.next();
      if (!done && !this.life.hasEnded) return { done, value };
    } catch (error) {
      // A client that has left wants no errors.
      if (!this.life.hasEnded) {
        this.life.end();
        throw error;
      }
    }
    this.life.end();
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.life.end();
    // Not waited for: it may be in the middle of reading the store.
    this.told.return().catch(() => undefined);
    return { done: true, value: undefined };
  }
}
