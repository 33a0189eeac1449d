/** The end of a text, in at most so many bytes of UTF-8. */
export function endOf(text: string, bytes: number): string {
  const encoded = Buffer.from(text, "utf8");
  if (encoded.length <= bytes) return text;
  // A character that the cut goes through is left out.
  return encoded
    .subarray(-bytes)
    .toString("utf8")
    .replace(/^\uFFFD+/, "");
}
