import type { App } from "../app.js";
import { jittered } from "../jitter.js";
import { findLeftovers } from "./leftovers.js";
import { Alarm } from "./alarm.js";

/** Takes a deletion as far as it can go. Named by the wiring, so that jobs import no use-case. */
export type ResumeDeletion = (app: App, record: string) => Promise<void>;

/** The pause while something is left, and after a failure. */
const BUSY_MS = 2_000;
/** Only the crash of another process leaves something that this one has not heard of. */
const IDLE_MS = 5_000;

/** Finishes what mutations have left: relays their outboxes, and resumes deletions. */
export class LeftoverSweeper {
  private readonly alarm = new Alarm(() => void this.sweep());
  private sweeping: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly app: App,
    private readonly resumeDeletion: ResumeDeletion,
  ) {
    this.alarm.within(0);
  }

  /** Sweeps soon: this process has left something. */
  lookSoon(): void {
    this.alarm.within(BUSY_MS);
  }

  /** Sweeps at once, after the sweep under way. */
  async sweep(): Promise<void> {
    while (this.sweeping) await this.sweeping;
    if (this.stopped) return;
    this.sweeping = this.finishAll().finally(() => (this.sweeping = null));
    await this.sweeping;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.alarm.stop();
    await this.sweeping;
  }

  private async finishAll(): Promise<void> {
    let isIdle = false;
    try {
      const { unrelayed, deleting } = await findLeftovers(this.app.store);
      for (const id of unrelayed) await this.app.work.relay(id);
      for (const id of deleting) await this.resume(id);
      isIdle = unrelayed.length + deleting.length === 0;
    } catch (error) {
      this.app.logger.warn({ event: "outboxes_unread", err: error });
    }
    this.alarm.within(isIdle ? jittered(IDLE_MS) : BUSY_MS);
  }

  /** One that fails must not stop the others. */
  private async resume(id: string): Promise<void> {
    await this.resumeDeletion(this.app, id).catch((error: unknown) =>
      this.app.logger.warn({ event: "deletion_unfinished", record: id, err: error }),
    );
  }
}
