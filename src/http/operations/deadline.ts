import { setMaxListeners } from "node:events";
import type { TimeLimit } from "../../store/bounded-store.js";
import { DomainError } from "../../errors.js";

/** The time limit of an operation, from its construction on. */
export class Deadline implements TimeLimit {
  readonly endsAt: number;
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    readonly mayWrite: boolean,
  ) {
    this.endsAt = performance.now() + ms;
    // Each running read adds a listener.
    setMaxListeners(0, this.controller.signal);
    this.timer = setTimeout(() => this.controller.abort(late(ms, mayWrite)), ms).unref();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Ends what still runs: the answer is sent, or the client has left. */
  cancel(): void {
    clearTimeout(this.timer);
    this.controller.abort(new DomainError("LIMIT_EXCEEDED", "Nobody waits for the answer any more."));
  }

  /**
   * Returns the answer if it comes in time.
   *
   * A mutation is waited for, since its sender must learn the result. The reads of others end.
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
