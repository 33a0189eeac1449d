// CSI and OSC sequences: colours, titles, links.
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\))/g;
// Controls except tab and line feed, and characters that change the writing direction.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Removes terminal control sequences. A carriage return of a progress bar becomes a line feed. */
export const printable = (text: string): string =>
  text.replace(ESCAPE_SEQUENCE, "").replace(/\r\n?/g, "\n").replace(CONTROL, "").toWellFormed();

/** Returns a container's text without control sequences, cut to `maxCharacters`. */
export function plainText(text: string, maxCharacters: number): string {
  const plain = printable(text);
  const characters = plain.length > maxCharacters ? [...plain] : null;
  return characters && characters.length > maxCharacters
    ? `${characters.slice(0, maxCharacters - 1).join("")}…`
    : plain;
}

/** Returns the end of a text, in at most so many bytes of UTF-8. */
export function endOf(text: string, bytes: number): string {
  const encoded = Buffer.from(text, "utf8");
  if (encoded.length <= bytes) return text;
  // Drops a character that was cut.
  return encoded
    .subarray(-bytes)
    .toString("utf8")
    .replace(/^\uFFFD+/, "");
}
