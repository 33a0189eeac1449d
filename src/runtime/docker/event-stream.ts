import { setTimeout as pause } from "node:timers/promises";
import type { DockerEngine } from "./docker-engine.js";
import { jsonLines } from "./engine-events.js";

/** What an engine says of a container. Podman has words of its own for some actions. */
interface ContainerEvent {
  readonly Action?: string;
  readonly Actor?: { readonly Attributes?: Readonly<Record<string, string>> };
}

const ACTIONS: readonly unknown[] = ["start", "die", "died", "destroy", "remove"];
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 15_000;
/** An engine sends the head of its answer a moment before it listens for events: those of the last seconds come again. */
const OVERLAP_S = 5;

/** Follows an engine's events of this installation's containers, and opens them again when they break off. */
export class EventStream implements Disposable {
  private readonly closing = new AbortController();

  constructor(
    private readonly docker: DockerEngine,
    private readonly cluster: string,
    private readonly onChange: (job: string | null) => void,
  ) {
    void this.run();
  }

  [Symbol.dispose](): void {
    this.closing.abort();
  }

  private async run(): Promise<void> {
    const { signal } = this.closing;
    for (let failures = 0; !signal.aborted; failures += 1) {
      // An engine that has no events is asked at each try.
      await this.read(() => (failures = 0)).catch(() => signal.aborted || this.onChange(null));
      const ms = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures);
      await pause(ms, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private async read(onOpen: () => void): Promise<void> {
    const since = Math.floor(Date.now() / 1_000) - OVERLAP_S;
    const answer = await this.docker.containerEvents(`rocas.cluster=${this.cluster}`, since, this.closing.signal);
    onOpen();
    this.onChange(null);
    for await (const { Action, Actor } of jsonLines<ContainerEvent>(answer))
      if (ACTIONS.includes(Action)) this.onChange(Actor?.Attributes?.["rocas.job"] ?? null);
  }
}
