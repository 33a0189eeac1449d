/**
 * Carries things out together: those that come while a run is under way wait, and the next run takes them all, in their
 * order. They succeed or fail with their run.
 */
export class Gathered<T> {
  private waiting: T[] = [];
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  constructor(private readonly run: (all: readonly T[]) => Promise<void>) {}

  /** Resolves once these are carried out. @throws the error of their run */
  add(things: readonly T[]): Promise<void> {
    this.waiting.push(...things);
    this.next ??= this.runNext();
    return this.next;
  }

  private async runNext(): Promise<void> {
    await this.running.catch(() => undefined);
    const all = this.waiting;
    this.waiting = [];
    this.next = undefined;
    this.running = this.run(all);
    return this.running;
  }
}
