/** Resources that were opened one upon the other, closed in reverse. Node 20 has no AsyncDisposableStack. */
export class Disposables implements AsyncDisposable {
  private readonly opened: AsyncDisposable[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.opened.push(resource);
    return resource;
  }

  /** To be closed like a resource that knows how. */
  defer(close: () => Promise<void>): void {
    this.opened.push({ [Symbol.asyncDispose]: close });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (let last = this.opened.pop(); last; last = this.opened.pop()) await last[Symbol.asyncDispose]();
  }
}
