import type { FormattedExecutionResult } from "graphql";

/** The functions that execute an operation. */
export interface Execution {
  /** The events of a subscription; of anything else, and of a subscription that could not begin, the only answer. */
  begin(): Promise<AsyncIterable<unknown> | FormattedExecutionResult>;
  answer(event: unknown): Promise<FormattedExecutionResult>;
  /** The source of the events failed when it was told to end. */
  onSourceError(error: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/**
 * The answers of an operation, one after the other, and none before it is asked for. A client that leaves is let go at
 * once, also while an event is awaited: an async generator would let go only at its next event.
 */
export class ResultStream implements AsyncIterableIterator<FormattedExecutionResult> {
  private source: AsyncIterator<unknown> | undefined;
  private hasBegun = false;
  private hasLast = false;
  private hasEnded = false;
  private leave: (() => void) | undefined;

  /** @param onEnd called once, when all has been taken, or nothing more will be. */
  constructor(
    private readonly execution: Execution,
    private readonly onEnd: () => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Rejects with what the source of the events has thrown. */
  next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (this.hasLast) this.end();
    if (this.hasEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.leave = () => resolve(DONE);
      this.pull().then(resolve, (error: unknown) => {
        this.end();
        reject(error as Error);
      });
    });
  }

  return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    this.leave?.();
    return Promise.resolve(DONE);
  }

  private async pull(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (!this.hasBegun) {
      this.hasBegun = true;
      const begun = await this.execution.begin();
      if (!isEvents(begun)) {
        this.hasLast = true;
        return { done: false, value: begun };
      }
      this.source = begun[Symbol.asyncIterator]();
      if (this.hasEnded) this.endSource();
    }
    if (this.hasEnded) return DONE;
    const { done, value } = await this.source!.next();
    if (!done) return { done: false, value: await this.execution.answer(value) };
    this.end();
    return DONE;
  }

  private end(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.endSource();
    this.onEnd();
  }

  private endSource(): void {
    Promise.resolve(this.source?.return?.()).catch((error: unknown) => this.execution.onSourceError(error));
  }
}

const isEvents = (begun: AsyncIterable<unknown> | FormattedExecutionResult): begun is AsyncIterable<unknown> =>
  Symbol.asyncIterator in begun;
