import type { Settings } from "../settings.js";

const HOST = /^(?<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const EVERY_ADDRESS = new Set(["0.0.0.0", "::"]);

/**
 * True if a request is addressed to this server under a name that is its own. A web page can give its own host name the
 * address of the reader's machine, and would then be of the same origin as this server.
 */
export function hostCheck({
  HOST: bound,
  ROCAS_ALLOWED_HOSTS: allowed,
}: Pick<Settings, "HOST" | "ROCAS_ALLOWED_HOSTS">): (host: string | undefined) => boolean {
  const own = new Set(allowed.map((each) => each.toLowerCase()));
  if (!EVERY_ADDRESS.has(bound)) own.add(bound.includes(":") ? `[${bound}]` : bound.toLowerCase());
  return (host) => {
    const name = HOST.exec(host ?? "")?.groups?.["name"]?.toLowerCase();
    return name !== undefined && (LOOPBACK.test(name) || own.has(name) || own.has(host!.toLowerCase()));
  };
}
