const FIRST_SIZE = 256;

/**
 * The places of fields in many documents, one after another. An array for each document would cost more than to find the
 * places.
 */
export class Places {
  private all = new Int32Array(FIRST_SIZE);
  /** The number of places. To give up the last ones, set an earlier one. */
  length = 0;

  /** Adds so many places, which are -1 at first. @returns the index of the first of them. */
  add(count: number): number {
    const first = this.length;
    this.length += count;
    if (this.length > this.all.length) this.grow();
    this.all.fill(-1, first, this.length);
    return first;
  }

  get(index: number): number {
    return this.all[index]!;
  }

  set(index: number, place: number): void {
    this.all[index] = place;
  }

  private grow(): void {
    const larger = new Int32Array(2 * this.length);
    larger.set(this.all);
    this.all = larger;
  }
}
