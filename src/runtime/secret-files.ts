import { DomainError } from "../errors.js";

const MOST_SECRETS = 256 * 1024;

/** The same files. @throws BAD_USER_INPUT if a name could lead elsewhere, or they are too large. */
export function checkedSecrets(secretFiles: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const size = Object.values(secretFiles).reduce((sum, content) => sum + Buffer.byteLength(content), 0);
  if (size > MOST_SECRETS || !Object.keys(secretFiles).every((name) => /^[a-z][a-z0-9-]{0,62}$/.test(name)))
    throw new DomainError(
      "BAD_USER_INPUT",
      "Secret files have names of small letters, digits and dashes, and 256 KiB together.",
    );
  return secretFiles;
}
