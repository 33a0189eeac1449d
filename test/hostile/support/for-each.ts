const AT_ONCE = 4;

/** Acts on each of them, some at a time. */
export async function forEach<T>(all: readonly T[], act: (each: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const work = async () => {
    for (const next of left) await act(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
