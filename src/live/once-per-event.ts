/** Remembers what is found out about an event once, however many subscriptions ask. It is forgotten with the event. */
export class OncePerEvent<E extends object, V> {
  readonly #found = new WeakMap<E, Promise<V>>();

  constructor(private readonly find: (event: E) => Promise<V>) {}

  of(event: E): Promise<V> {
    const known = this.#found.get(event);
    if (known) return known;
    const found = this.find(event);
    this.#found.set(event, found);
    // The next caller asks the store again.
    found.catch(() => this.#found.delete(event));
    return found;
  }
}
