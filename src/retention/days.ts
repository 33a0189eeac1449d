export const DAY_MS = 24 * 60 * 60 * 1000;

export const isOlder = (made: Date, days: number, now: Date): boolean => now.getTime() - made.getTime() > days * DAY_MS;
