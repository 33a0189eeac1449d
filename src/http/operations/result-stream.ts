import type { FormattedExecutionResult } from "graphql";

/** Executes one operation. */
export interface Execution {
  /** Returns the events of a subscription, or the only answer of others. */
  begin(): Promise<AsyncIterable<unknown> | FormattedExecutionResult>;
  answer(event: unknown): Promise<FormattedExecutionResult>;
  /** Called if the source of events fails to end. */
  onSourceError(error: unknown): void;
}

const DONE = { done: true, value: undefined } as const;

/**
 * The answers of an operation, each computed on demand.
 *
 * A client can leave while an event is awaited. An async generator would notice only at its next event.
 */
export class ResultStream implements AsyncIterableIterator<FormattedExecutionResult> {
  private source: AsyncIterator<unknown> | undefined;
  private hasBegun = false;
  private hasLast = false;
  private hasEnded = false;
  private stopWaiting: (() => void) | undefined;

  /** @param onEnd called once, after the last result or `return` */
  constructor(
    private readonly execution: Execution,
    private readonly onEnd: () => void,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Rejects with the error of the source. */
  next(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    if (this.hasLast) this.end();
    if (this.hasEnded) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.stopWaiting = () => resolve(DONE);
      this.read().then(resolve, (error: unknown) => {
        this.end();
        reject(error as Error);
      });
    });
  }

  return(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
    this.end();
    this.stopWaiting?.();
    return Promise.resolve(DONE);
  }

  private async read(): Promise<IteratorResult<FormattedExecutionResult, undefined>> {
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
