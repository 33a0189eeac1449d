/**
 * Whether this process has to listen to containers. Its listener needs the network of the containers, which the engine
 * has to make: a server without containers makes none.
 */
export class RunListenerDemand {
  /** The reason why containers cannot reach the listener, with the remedy; null if they can, or nobody has tried. */
  trouble: string | null = null;
  /** Resolves when a container needs the listener. */
  readonly raised: Promise<void>;
  private readonly resolve: () => void;

  constructor() {
    let resolve = (): void => {};
    this.raised = new Promise((resolved) => (resolve = resolved));
    this.resolve = resolve;
  }

  /** May be repeated. */
  raise(): void {
    this.resolve();
  }
}
