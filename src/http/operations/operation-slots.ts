/** Bounds the operations that one caller has running at the same time, whatever connections they came by. */
export class OperationSlots {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(private readonly most: number) {}

  /** Of all callers together. */
  get inUse(): number {
    return this.all;
  }

  /** @returns what gives the slot back; undefined if the caller has no more. */
  take(caller: string): (() => void) | undefined {
    const count = this.taken.get(caller) ?? 0;
    if (count >= this.most) return undefined;
    this.taken.set(caller, count + 1);
    this.all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.giveBack(caller);
    };
  }

  private giveBack(caller: string): void {
    this.all -= 1;
    const left = this.taken.get(caller)! - 1;
    if (left > 0) this.taken.set(caller, left);
    else this.taken.delete(caller);
  }
}
