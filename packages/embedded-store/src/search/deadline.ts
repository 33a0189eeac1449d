import { CommandError } from "../errors/command-error.js";

/** Until when a search may go on: as long as its client has given it, and is there to take what it finds. */
export class Deadline {
  constructor(
    private readonly client: Client,
    private readonly endsAt: number,
  ) {}

  /** @throws CommandError where the search has to end. */
  check(): void {
    if (this.client.hasLeft) throw new CommandError("ClientDisconnect", "the client has left");
    if (Date.now() > this.endsAt) throw new CommandError("MaxTimeMSExpired", "operation exceeded time limit");
  }
}

/** A connection as commands see it: what is bound to it ends with it. */
export class Client {
  private readonly bound = new Set<() => void>();
  private isGone = false;

  get hasLeft(): boolean {
    return this.isGone;
  }

  bind(end: () => void): void {
    if (this.isGone) end();
    else this.bound.add(end);
  }

  release(end: () => void): void {
    this.bound.delete(end);
  }

  leave(): void {
    this.isGone = true;
    for (const end of [...this.bound]) end();
    this.bound.clear();
  }
}
