import { CommandError } from "../command-error.js";
import type { Client } from "./client.js";

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
