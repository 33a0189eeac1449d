/** Returns a time up to a tenth longer or shorter: processes that started together must not ask together forever. */
export const jittered = (ms: number): number => ms * (0.9 + Math.random() / 5);
