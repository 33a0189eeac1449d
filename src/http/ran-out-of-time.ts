const MAX_TIME_EXPIRED = 50;

/** True if the store ended a read because the time that it was given is over. */
export const ranOutOfTime = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "MongoServerError" &&
  (error as { readonly code?: unknown }).code === MAX_TIME_EXPIRED;
