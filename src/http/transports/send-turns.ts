const MESSAGES_PER_TURN = 32;

/**
 * Spreads many messages over turns of the event loop. Between them the server takes other requests: one change may have
 * a thousand subscribers.
 */
export class SendTurns {
  private left = MESSAGES_PER_TURN;
  private isCounting = false;
  private readonly waiting: (() => void)[] = [];

  /** Resolves when it is the message's turn. Undefined, so that nothing is awaited, if that is now. */
  next(): Promise<void> | undefined {
    if (!this.isCounting) this.count();
    if (this.left === 0) return new Promise((resolve) => this.waiting.push(resolve));
    this.left -= 1;
    return undefined;
  }

  private count(): void {
    this.isCounting = true;
    setImmediate(() => {
      const released = this.waiting.splice(0, MESSAGES_PER_TURN);
      this.left = MESSAGES_PER_TURN - released.length;
      this.isCounting = false;
      if (released.length > 0) this.count();
      for (const release of released) release();
    });
  }
}
