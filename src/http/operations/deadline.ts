import { setMaxListeners } from "node:events";
import type { TimeLimit } from "../../caller.js";
import { DomainError } from "../../errors.js";

/** The time that an operation has, from now on. */
export class Deadline implements TimeLimit {
  readonly endsAt: number;
  private readonly over = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    readonly mayWrite: boolean,
  ) {
    this.endsAt = performance.now() + ms;
    // One for each read that is under way.
    setMaxListeners(0, this.over.signal);
    this.timer = setTimeout(() => this.over.abort(late(ms, mayWrite)), ms).unref();
  }

  get signal(): AbortSignal {
    return this.over.signal;
  }

  /** Nobody waits for the answer, which may be there already. */
  leave(): void {
    clearTimeout(this.timer);
    this.over.abort(new DomainError("LIMIT_EXCEEDED", "Nobody waits for the answer any more."));
  }

  /**
   * Returns the answer of the operation, if it comes in time. One that may write is waited for: its sender must learn
   * what has been done. Of any other, what still runs finds nothing more to read.
   * @throws LIMIT_EXCEEDED
   */
  async answer<T>(running: T | Promise<T>): Promise<T> {
    if (this.mayWrite) return running;
    let give: (() => void) | undefined;
    const late = new Promise<never>((_, reject) => {
      give = () => reject(this.signal.reason as Error);
      this.signal.addEventListener("abort", give, { once: true });
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      this.signal.removeEventListener("abort", give!);
    }
  }
}

const late = (ms: number, mayWrite: boolean): DomainError =>
  new DomainError(
    "LIMIT_EXCEEDED",
    `The request took longer than ${ms} ms: ${
      mayWrite ? "what it had begun to change is done, and the rest was not begun" : "it was ended"
    }. Ask for less at a time.`,
  );
