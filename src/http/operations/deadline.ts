import type { TimeLimit } from "../../store/bounded-store.js";
import { DomainError } from "../../errors.js";
import { LightSignal } from "./light-signal.js";

/** The time limit of an operation, from its construction on. */
export class Deadline implements TimeLimit {
  readonly endsAt: number;
  private readonly over = new LightSignal();
  private readonly timer: NodeJS.Timeout;

  constructor(
    ms: number,
    readonly mayWrite: boolean,
  ) {
    this.endsAt = performance.now() + ms;
    this.timer = setTimeout(() => this.over.abort(late(ms, mayWrite)), ms).unref();
  }

  get signal(): AbortSignal {
    return this.over as unknown as AbortSignal;
  }

  /** Ends what still runs: the answer is sent, or the client has left. */
  cancel(): void {
    clearTimeout(this.timer);
    this.over.abort(NOBODY_WAITS);
  }

  /**
   * Returns the answer if it comes in time.
   *
   * A mutation is waited for, since its sender must learn the result. The reads of others end.
   * @throws LIMIT_EXCEEDED
   */
  answer<T>(running: Promise<T>): Promise<T> {
    if (this.mayWrite) return running;
    return new Promise((resolve, reject) => {
      this.over.addEventListener("abort", () => reject(this.over.reason as Error));
      running.then(resolve, reject);
    });
  }
}

/** One for all: the stack of an error is dear, and nobody reads this one. */
const NOBODY_WAITS = new DomainError("LIMIT_EXCEEDED", "Nobody waits for the answer any more.");

const late = (ms: number, mayWrite: boolean): DomainError =>
  new DomainError(
    "LIMIT_EXCEEDED",
    `The request took longer than ${ms} ms: ${
      mayWrite ? "what it had begun to change is done, and the rest was not begun" : "it was ended"
    }. Ask for less at a time.`,
  );
