import { BlockList, isIPv6 } from "node:net";

/** Addresses of this machine, of its network, of nobody in particular, and those that lead to such ones (IANA's registries). */
const INNER = new BlockList();
for (const [net, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  INNER.addSubnet(net, prefix, "ipv4");

const OUTER = new BlockList();
OUTER.addSubnet("2000::", 3, "ipv6");
for (const [net, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  INNER.addSubnet(net, prefix, "ipv6");

/** True if an address belongs to a host on the internet; an IPv4 address in IPv6's clothes does not. */
export const isPublicAddress = (address: string): boolean =>
  isIPv6(address) ? OUTER.check(address, "ipv6") && !INNER.check(address, "ipv6") : !INNER.check(address, "ipv4");
