import type { Told } from "../image-builder.js";

interface UnderWay {
  readonly done: Promise<void>;
  readonly ending: AbortController;
  readonly hearers: Set<Told>;
  said: string;
}

const MOST_REPEATED = 1024 * 1024;

/** Work that is done once for all who want it at the same time. It is ended if the last of them wants it no longer. */
export class SharedWork {
  private readonly underWay = new Map<string, UnderWay>();

  /**
   * Begins the work under this name, or joins the one under way; who joins hears what was said before.
   * @throws what the work throws; the signal's reason, after the work has ended if nobody else waits for it
   */
  async join(
    name: string,
    signal: AbortSignal,
    told: Told,
    work: (ending: AbortSignal, told: Told) => Promise<void>,
  ): Promise<void> {
    signal.throwIfAborted();
    // Work that is being ended gives nothing to whoever joins it.
    for (let there = this.underWay.get(name); there?.ending.signal.aborted; there = this.underWay.get(name)) {
      await there.done.catch(() => {});
      signal.throwIfAborted();
    }
    const joined = this.underWay.get(name) ?? this.begin(name, work);
    told(joined.said);
    // One hearer each, also for two of the same function.
    const hearer: Told = (text) => told(text);
    joined.hearers.add(hearer);
    let leave: () => void = () => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    signal.addEventListener("abort", leave, { once: true });
    try {
      await Promise.race([joined.done, left]);
      if (!signal.aborted) return;
      joined.hearers.delete(hearer);
      if (joined.hearers.size === 0) {
        joined.ending.abort(signal.reason);
        await joined.done.catch(() => {});
      }
      signal.throwIfAborted();
    } finally {
      joined.hearers.delete(hearer);
      signal.removeEventListener("abort", leave);
    }
  }

  /** Resolves once no work of this name is under way, however it ended. */
  async ended(name: string): Promise<void> {
    await this.underWay.get(name)?.done.catch(() => {});
  }

  private begin(name: string, work: (ending: AbortSignal, told: Told) => Promise<void>): UnderWay {
    const ending = new AbortController();
    const hearers = new Set<Told>();
    const tell = (text: string) => {
      started.said = (started.said + text).slice(-MOST_REPEATED);
      for (const hearer of hearers) hearer(text);
    };
    const done = Promise.resolve()
      .then(() => work(ending.signal, tell))
      .finally(() => this.underWay.delete(name));
    const started: UnderWay = { done, ending, hearers, said: "" };
    // The callers that still wait get the error.
    done.catch(() => {});
    this.underWay.set(name, started);
    return started;
  }
}
