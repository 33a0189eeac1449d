const FIRST_BYTES = 64 * 1024;
/** A reply that grew beyond this is seldom: its buffer is not kept. */
const LARGEST_KEPT = 2 * 1024 * 1024;
const MOST_KEPT = 4;

/** Buffers that replies are written into, used again once they are sent: fresh memory costs more than writing does. */
export class ReplyBuffers {
  private readonly free: Buffer[] = [];
  private readonly lent = new WeakMap<Buffer, Buffer>();

  /** A buffer that belongs to the caller until it gives it back, or for ever. */
  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** Notes the whole buffer that a reply lies in. */
  lend(reply: Buffer, whole: Buffer): Buffer {
    if (whole.length <= LARGEST_KEPT) this.lent.set(reply, whole);
    return reply;
  }

  /** Of a reply that nobody reads any more. One that was not lent is left alone. */
  giveBack(reply: Buffer): void {
    const whole = this.lent.get(reply);
    if (!whole || !this.lent.delete(reply) || this.free.length === MOST_KEPT) return;
    this.free.push(whole);
  }
}
