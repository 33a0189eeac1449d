/** Rings at the earliest of the times for which it is set, and then has to be set again. */
export class Alarm {
  private timer: NodeJS.Timeout | undefined;
  private ringsAt = Infinity;
  private isStopped = false;

  constructor(private readonly ring: () => void) {}

  /** Rings after these milliseconds, or earlier. */
  within(ms: number): void {
    const at = performance.now() + ms;
    if (this.isStopped || at >= this.ringsAt) return;
    clearTimeout(this.timer);
    this.ringsAt = at;
    this.timer = setTimeout(() => {
      this.ringsAt = Infinity;
      this.ring();
    }, ms);
  }

  /** Never rings again. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }
}
