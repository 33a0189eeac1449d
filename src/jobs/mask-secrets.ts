/** The forms in which a secret may turn up in what a program writes. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64"),
  JSON.stringify(secret).slice(1, -1),
];

/** Every secret of more than a few characters becomes `***`; shorter ones would blot out ordinary words. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(({ length }) => length > 3).flatMap(formsOf);
  // The longest first: one may be part of another.
  return [...new Set(forms)]
    .sort((one, other) => other.length - one.length)
    .reduce((masked, form) => masked.replaceAll(form, "***"), text);
}
