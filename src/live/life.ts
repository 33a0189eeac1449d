/** The resources that one subscription holds for as long as it lasts. Ending it lets go of all that, once and at once. */
export class Life {
  readonly #ends: (() => void)[] = [];
  #hasEnded = false;

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Called at the end; at once where it has ended. */
  defer(letGo: () => void): void {
    if (this.#hasEnded) letGo();
    else this.#ends.push(letGo);
  }

  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const letGo of this.#ends.reverse()) letGo();
  }
}
