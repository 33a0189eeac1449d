/**
 * Reads once for each event, for all subscriptions, and forgets it with the event. All get the same object, by which the
 * server knows what it need not execute again.
 */
export class OncePerEvent<E extends object, V> {
  private readonly results = new WeakMap<E, Promise<V>>();

  constructor(private readonly read: (event: E) => Promise<V>) {}

  of(event: E): Promise<V> {
    const known = this.results.get(event);
    if (known) return known;
    const result = this.read(event);
    this.results.set(event, result);
    // After an error the next subscription reads again.
    result.catch(() => this.results.delete(event));
    return result;
  }
}
