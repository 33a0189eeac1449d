import type { App } from "../app.js";
import { kindOf } from "../graph/id.js";
import { type Reconciler, startReconciler } from "./reconciler.js";
import { type OutboxHandlers, Relay } from "./relay.js";
import { LeftoverSweeper, type ResumeDeletion } from "./sweep-leftovers.js";
import { wakeAllWaiting } from "./take-turn.js";
import type { WorkerSet } from "./tick.js";

/** A slower relay goes on after the answer of the mutation. */
const MAX_WAIT_MS = 5_000;

export interface RunningWork extends Reconciler {
  readonly app: App;
  /** Finishes what any process has left. */
  sweep(): Promise<void>;
}

interface WorkHandlers extends WorkerSet {
  readonly outboxHandlers: OutboxHandlers;
  readonly resumeDeletion: ResumeDeletion;
}

/**
 * Starts the relay and the reconciler. Mutations relay their own outbox entry before they answer; a sweep relays those
 * that a crash has left.
 */
export function startWork(app: Omit<App, "work">, handlers: WorkHandlers): RunningWork {
  const started: App = {
    ...app,
    work: {
      relay(target) {
        const record = typeof target === "string" ? target : target._id;
        const relayed = outboxes.relay(target).then(
          (cancelled) => {
            const kind = kindOf(record);
            if (kind && app.store.kinds[kind].log) reconciler.wake(cancelled ? record : undefined);
          },
          (error: unknown) => {
            started.logger.warn({ event: "relay_failed", record, err: error });
            sweeper.lookSoon();
          },
        );
        return waitAtMost(MAX_WAIT_MS, relayed);
      },
      lookForJobs: (withinMs) => reconciler.lookWithin(withinMs ?? 0),
      lookForLeftovers: () => sweeper.lookSoon(),
    },
  };
  const outboxes = new Relay(started, handlers.outboxHandlers);
  const reconciler = startReconciler(started, handlers);
  // The caps may be others than before.
  wakeAllWaiting(started).catch((err: unknown) => started.logger.warn({ event: "queue_unread", err }));
  const sweeper = new LeftoverSweeper(started, handlers.resumeDeletion);
  return {
    app: started,
    wake: (job) => reconciler.wake(job),
    lookWithin: (ms) => reconciler.lookWithin(ms),
    sweep: () => sweeper.sweep(),
    async settled() {
      await sweeper.sweep();
      await reconciler.settled();
      await sweeper.sweep();
    },
    async stop() {
      await sweeper.stop();
      await reconciler.stop();
      // What is left is relayed again by the next process.
      await outboxes.flush().catch(() => undefined);
    },
  };
}

async function waitAtMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
