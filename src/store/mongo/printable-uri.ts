/** A connection string as it may be shown: without user and password, and without options, which may hold secrets too. */
export function printableUri(uri: string): string {
  const scheme = /^mongodb(\+srv)?:\/\//.exec(uri)?.[0];
  if (!scheme) return "(no MongoDB address)";
  const rest = uri.slice(scheme.length);
  // A password may hold any sign, if not encoded: all up to the last @ goes.
  const hosts = rest.slice(rest.lastIndexOf("@") + 1);
  return scheme + hosts.split("?")[0]!;
}
