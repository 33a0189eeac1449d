const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** True if only this machine can reach the address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);
