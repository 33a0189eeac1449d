import { MIB } from "../../units.js";
import type { OnLog } from "../image-builder.js";

interface Flight {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  readonly listeners: Set<OnLog>;
  output: string;
}

const MAX_REPLAYED = MIB;

/** Does work once for all simultaneous callers. The work is aborted once the last of them gives up. */
export class SingleFlight {
  private readonly flights = new Map<string, Flight>();

  /**
   * Starts the work under this name, or joins the one under way. A caller that joins receives the earlier output.
   * @throws the work's error; the signal's reason, after the work has ended if no other caller waits for it
   */
  async join(
    name: string,
    signal: AbortSignal,
    onLog: OnLog,
    work: (abort: AbortSignal, onLog: OnLog) => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted();
    // Aborted work gives no result to callers that join it.
    for (let there = this.flights.get(name); there?.abort.signal.aborted; there = this.flights.get(name)) {
      await there.done.catch(() => {});
      signal.throwIfAborted();
    }
    const joined = this.flights.get(name) ?? this.start(name, work);
    onLog(joined.output);
    // A wrapper for each caller, also for two with the same function.
    const listener: OnLog = (text) => onLog(text);
    joined.listeners.add(listener);
    let leave: () => void = () => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    signal.addEventListener("abort", leave, { once: true });
    try {
      await Promise.race([joined.done, left]);
      if (!signal.aborted) return;
      joined.listeners.delete(listener);
      if (joined.listeners.size === 0) {
        joined.abort.abort(signal.reason);
        await joined.done.catch(() => {});
      }
      signal.throwIfAborted();
    } finally {
      joined.listeners.delete(listener);
      signal.removeEventListener("abort", leave);
    }
  }

  /** Resolves once no work of this name is under way. */
  async settled(name: string): Promise<void> {
    await this.flights.get(name)?.done.catch(() => {});
  }

  private start(name: string, work: (abort: AbortSignal, onLog: OnLog) => Promise<void>): Flight {
    const abort = new AbortController();
    const listeners = new Set<OnLog>();
    const broadcast = (text: string) => {
      started.output = (started.output + text).slice(-MAX_REPLAYED);
      for (const listener of listeners) listener(text);
    };
    const done = Promise.resolve()
      .then(() => work(abort.signal, broadcast))
      .finally(() => this.flights.delete(name));
    const started: Flight = { done, abort, listeners, output: "" };
    // The waiting callers get the error.
    done.catch(() => {});
    this.flights.set(name, started);
    return started;
  }
}
