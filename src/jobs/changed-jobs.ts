import type { Logger } from "pino";
import type { Store } from "../store/store.js";
import { wakeJobs } from "./write-job.js";

/** Changes often come together: a container that is removed first ends. */
const GATHER_MS = 50;

/** Wakes the jobs whose containers have changed. */
export class ChangedJobs implements AsyncDisposable {
  private jobs = new Set<string>();
  private wereMissed = false;
  private timer: NodeJS.Timeout | undefined;
  private waking: Promise<void> = Promise.resolve();

  /** @param onWoken is called after the jobs are due */
  constructor(
    private readonly store: Pick<Store, "jobs" | "now">,
    private readonly logger: Logger,
    private readonly onWoken: () => Promise<void>,
  ) {}

  /** @param job null if any containers may have changed */
  add(job: string | null): void {
    if (job === null) this.wereMissed = true;
    else this.jobs.add(job);
    this.timer ??= setTimeout(() => (this.waking = this.wake()), GATHER_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.timer);
    await this.waking;
  }

  private async wake(): Promise<void> {
    const which = this.wereMissed ? { "slots.wanted": true } : { _id: { $in: [...this.jobs] } };
    this.timer = undefined;
    this.jobs = new Set();
    this.wereMissed = false;
    try {
      await wakeJobs(this.store, which);
      await this.onWoken();
    } catch (error) {
      // The jobs look for themselves at their time.
      this.logger.warn({ event: "containers_unheard", err: error });
    }
  }
}
