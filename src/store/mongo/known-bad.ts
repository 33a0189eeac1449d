/** The first release of each line that has the fix of CVE-2025-14847. Lines that are not here were never fixed, or never had it. */
const FIXED: Readonly<Record<string, number>> = { "6.0": 27, "7.0": 28, "8.0": 17, "8.2": 3 };
const FIRST_SOUND = [8, 2] as const;

/** Returns what is wrong with a release of MongoDB that is known to be bad, and what to do; else null. */
export function knownBad(version: string): string | null {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const line = `${major}.${minor}`;
  const fixed = FIXED[line];
  const isBad =
    fixed === undefined
      ? major < FIRST_SOUND[0] || (major === FIRST_SOUND[0] && minor < FIRST_SOUND[1])
      : patch < fixed;
  if (!isBad) return null;
  const upgrade = fixed === undefined ? "a line that is maintained" : `${line}.${fixed} or newer`;
  return `version ${version} shows what is in its memory to whoever reaches its port (CVE-2025-14847): upgrade it to ${upgrade}`;
}
