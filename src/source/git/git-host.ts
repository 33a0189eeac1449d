import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { asGitUrl } from "../../names.js";
import { SourceError } from "../source.js";
import { isPublicAddress } from "./public-address.js";

export interface GitHost {
  readonly url: string;
  readonly scheme: string;
  /** Settings of git, with which it connects to the address that was checked. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * Decides whether a repository may be reached: by https at a public address, or at an origin that the operator listed.
 * @throws SourceError; BAD_USER_INPUT for what is no address of a repository.
 */
export async function gitHost(location: string, allowedOrigins: readonly string[]): Promise<GitHost> {
  const url = new URL(asGitUrl(location));
  const scheme = url.protocol.slice(0, -1);
  const { addresses } = await reachOf(url, allowedOrigins);
  return { url: url.href, scheme, settings: !addresses || isIP(bare(url.hostname)) ? {} : pinned(url, addresses) };
}

export interface Reach {
  /** The addresses that were checked; null for an origin that the operator listed. */
  readonly addresses: readonly string[] | null;
}

/** @throws SourceError for what is neither listed nor reached by https at a public address. */
export async function reachOf(url: URL, allowedOrigins: readonly string[]): Promise<Reach> {
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

// Of ssh addresses, URL knows no origin.
const originOf = ({ protocol, host }: URL) => `${protocol}//${host}`;

const bare = (hostname: string) => hostname.replace(/^\[(.*)\]$/, "$1");

async function addressesOf(hostname: string): Promise<string[]> {
  const host = bare(hostname);
  if (isIP(host)) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new SourceError(`The host ${hostname} is not known.`, { cause });
  }
}

// Asked again, the name could have another address.
const pinned = ({ hostname, port }: URL, addresses: readonly string[]) => ({
  "http.curloptResolve": `${hostname}:${port || 443}:${addresses.map((each) => (each.includes(":") ? `[${each}]` : each)).join(",")}`,
});
