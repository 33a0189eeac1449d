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
