import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6 } from "node:net";
import { asGitUrl } from "../../names.js";
import { SourceError } from "../source.js";

export interface GitHost {
  readonly url: string;
  readonly scheme: string;
  /** Git settings that pin the connection to the checked address. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Checks that a repository may be reached: by https at a public address, or at an origin that the operator listed.
 * @throws SourceError; BAD_USER_INPUT if the location is no address of a repository.
 */
export async function gitHost(location: string, allowedOrigins: readonly string[]): Promise<GitHost> {
  const url = new URL(asGitUrl(location));
  const scheme = url.protocol.slice(0, -1);
  const { addresses } = await checkedAddresses(url, allowedOrigins);
  return {
    url: url.href,
    scheme,
    settings: !addresses || isIP(withoutBrackets(url.hostname)) ? {} : pinnedSettings(url, addresses),
  };
}

export interface CheckedAddresses {
  /** The addresses that were checked; null for an origin that the operator listed. */
  readonly addresses: readonly string[] | null;
}

/** @throws SourceError if the URL is neither listed nor https at a public address. */
export async function checkedAddresses(url: URL, allowedOrigins: readonly string[]): Promise<CheckedAddresses> {
  const scheme = url.protocol.slice(0, -1);
  const listed = allowedOrigins.some((each) => URL.canParse(each) && originOf(new URL(each)) === originOf(url));
  if (listed) return { addresses: null };
  if (scheme !== "https")
    throw new SourceError(
      `${originOf(url)} is not reached by https; the operator lists other origins in ROCAS_GIT_HOSTS.`,
    );
  const addresses = await addressesOf(url.hostname);
  if (!addresses.every(isPublicAddress))
    throw new SourceError(
      `${originOf(url)} has no public address; the operator lists such origins in ROCAS_GIT_HOSTS.`,
    );
  return { addresses };
}

// `URL.origin` is null for ssh.
const originOf = ({ protocol, host }: URL) => `${protocol}//${host}`;

const withoutBrackets = (hostname: string) => hostname.replace(/^\[(.*)\]$/, "$1");

async function addressesOf(hostname: string): Promise<string[]> {
  const host = withoutBrackets(hostname);
  if (isIP(host)) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new SourceError(`The host ${hostname} is not known.`, { cause });
  }
}

// A second lookup of the name could return another address.
const pinnedSettings = ({ hostname, port }: URL, addresses: readonly string[]) => ({
  "http.curloptResolve": `${hostname}:${port || 443}:${addresses.map((each) => (each.includes(":") ? `[${each}]` : each)).join(",")}`,
});

/** Addresses that are private, reserved or special, and those that lead to such ones (IANA's registries). */
const NOT_PUBLIC = new BlockList();
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
  NOT_PUBLIC.addSubnet(net, prefix, "ipv4");

const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet("2000::", 3, "ipv6");
for (const [net, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  NOT_PUBLIC.addSubnet(net, prefix, "ipv6");

/** True if the address is one of the internet. An IPv4-mapped IPv6 address is not. */
export const isPublicAddress = (address: string): boolean =>
  isIPv6(address)
    ? GLOBAL_IPV6.check(address, "ipv6") && !NOT_PUBLIC.check(address, "ipv6")
    : !NOT_PUBLIC.check(address, "ipv4");
