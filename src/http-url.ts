/** The address of a server on a host: an IPv6 address stands in brackets. */
export const httpUrl = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
