/** A signal that there may be something new: it wakes who waits, and who looked away finds it out when it waits next. */
export class Wake {
  #hasRung = false;
  #hasEnded = false;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#hasRung = true;
    this.#wake?.();
  }

  end(error?: Error): void {
    this.#hasEnded = true;
    this.#error ??= error;
    this.#wake?.();
  }

  /** Resolves when it has rung since the last wait, after a while in any case. @throws the error that it ended with */
  async wait(atMostMs: number): Promise<void> {
    if (!this.#hasRung && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, atMostMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = undefined;
    this.#hasRung = false;
    if (this.#error) throw this.#error;
  }
}
