const LEAST_BYTES_PER_MS = 64;

/** How long a peer may take over what it is sent: a while, and on top the time of a slow line. After it the connection is cut. */
export const patienceMs = (whileMs: number, length: number): number => whileMs + length / LEAST_BYTES_PER_MS;
