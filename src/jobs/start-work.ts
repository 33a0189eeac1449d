import type { App } from "../app.js";
import { kindOf } from "../graph/id.js";
import { type Reconciler, startReconciler } from "./reconciler.js";
import { findUnrelayed, type OutboxHandlers, relay } from "./relay.js";
import type { WorkerSet } from "./tick.js";

const SWEEP_MS = 2_000;
/** A slower relay goes on after the answer of the mutation. */
const MAX_WAIT_MS = 5_000;

export interface RunningWork extends Reconciler {
  readonly app: App;
  /** Relays the outboxes that any process has left. */
  sweep(): Promise<void>;
}

/**
 * Starts the relay and the reconciler. Mutations relay their own outbox entry before they answer; a sweep relays those
 * that a crash has left.
 */
export function startWork(
  app: Omit<App, "work">,
  handlers: WorkerSet & { readonly outboxHandlers: OutboxHandlers },
): RunningWork {
  const started: App = {
    ...app,
    work: {
      relay(record) {
        const relayed = relay(started, handlers.outboxHandlers, record).then(
          (cancelled) => {
            const kind = kindOf(record);
            if (kind && app.store.kinds[kind].log) reconciler.wake(cancelled ? record : undefined);
          },
          (error: unknown) => started.logger.warn({ event: "relay_failed", record, err: error }),
        );
        return waitAtMost(MAX_WAIT_MS, relayed);
      },
    },
  };
  const reconciler = startReconciler(started, handlers);
  const sweeper = new Sweeper(started);
  return {
    app: started,
    wake: (job) => reconciler.wake(job),
    sweep: () => sweeper.sweep(),
    async settled() {
      await sweeper.sweep();
      await reconciler.settled();
      await sweeper.sweep();
    },
    async stop() {
      await sweeper.stop();
      await reconciler.stop();
    },
  };
}

async function waitAtMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

class Sweeper {
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly app: App) {
    this.schedule(0);
  }

  async sweep(): Promise<void> {
    while (this.sweeping) await this.sweeping;
    this.sweeping = this.relayAll().finally(() => (this.sweeping = null));
    await this.sweeping;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => void this.sweep().finally(() => this.schedule(SWEEP_MS)), ms);
  }

  private async relayAll(): Promise<void> {
    try {
      for (const id of await findUnrelayed(this.app.store)) await this.app.work.relay(id);
    } catch (error) {
      this.app.logger.warn({ event: "outboxes_unread", err: error });
    }
  }
}
