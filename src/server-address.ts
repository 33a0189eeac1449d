const LOOPBACK = /^(127(\.\d{1,3}){3}|::1|localhost)$/;

/** True if only this machine can reach the address. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

/** The address of a server on a host: an IPv6 address stands in brackets. */
export const httpUrl = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
