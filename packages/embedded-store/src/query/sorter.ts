interface Sorted<T> {
  readonly key: string;
  readonly order: number;
  readonly content: T;
}

const RUN = 2048;
/** Up to here the first ones are kept in one run that is cut again and again. */
const FEW = RUN / 2;

const isBefore = <T>(a: Sorted<T>, b: Sorted<T>): boolean => a.key < b.key || (a.key === b.key && a.order < b.order);
const byKey = <T>(a: Sorted<T>, b: Sorted<T>): number => (isBefore(a, b) ? -1 : 1);

/** Sorts what comes piece by piece, in runs and a merge, so that no single step takes long; equal keys keep their order. */
export class Sorter<T> {
  private readonly runs: Sorted<T>[][] = [];
  private open: Sorted<T>[] = [];
  private order = 0;

  /** @param limit how many of the first are wanted. */
  constructor(private readonly limit = Infinity) {}

  add(key: string, content: T): void {
    this.open.push({ key, order: this.order++, content });
    if (this.open.length >= RUN) this.closeRun();
  }

  private closeRun(): void {
    this.open.sort(byKey);
    if (this.limit <= FEW) {
      this.open.length = Math.min(this.open.length, this.limit);
      return;
    }
    this.runs.push(this.open);
    this.open = [];
  }

  *sorted(): Generator<T> {
    this.open.sort(byKey);
    if (this.runs.length === 0) {
      for (let at = 0; at < this.open.length && at < this.limit; at += 1) yield this.open[at]!.content;
      return;
    }
    this.runs.push(this.open);
    let left = this.limit;
    for (const content of merged(this.runs.filter((run) => run.length > 0))) {
      if (left-- <= 0) return;
      yield content;
    }
  }
}

function* merged<T>(runs: readonly Sorted<T>[][]): Generator<T> {
  const heap = runs.map((run) => ({ run, at: 0 }));
  const head = (at: number): Sorted<T> => heap[at]!.run[heap[at]!.at]!;
  const sink = (from: number): void => {
    for (let at = from; ;) {
      let least = at;
      for (const child of [at * 2 + 1, at * 2 + 2])
        if (child < heap.length && isBefore(head(child), head(least))) least = child;
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  };
  for (let at = heap.length >> 1; at >= 0; at -= 1) sink(at);
  while (heap.length > 0) {
    yield head(0).content;
    const first = heap[0]!;
    first.at += 1;
    if (first.at === first.run.length) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      if (last !== first) heap[0] = last;
    }
    sink(0);
  }
}
