/** Closes resources in the reverse order of their opening. Node 20 has no AsyncDisposableStack. */
export class Disposables implements AsyncDisposable {
  private readonly opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.opened.push(resource);
    return resource;
  }

  /** Calls `close` in its place of the reverse order. */
  defer(close: () => Promise<void>): void {
    this.opened.push({ [Symbol.asyncDispose]: close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let last = this.opened.pop(); last; last = this.opened.pop()) await last[Symbol.asyncDispose]();
  }
}
