// CSI and OSC sequences: colours, titles, links.
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\))/g;
// Controls but tab and line feed, and the characters that change the direction of what stands beside them.
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Returns the output of a program without what would steer a terminal. A carriage return becomes a line feed: progress
 * bars.
 */
export const printable = (text: string): string =>
  text.replace(ESCAPE_SEQUENCE, "").replace(/\r\n?/g, "\n").replace(CONTROL, "").toWellFormed();

/** Text of a container as it may be shown: nothing that steers a terminal or hides what it says, at most `most` characters. */
export function plainText(text: string, most: number): string {
  const plain = printable(text);
  const characters = plain.length > most ? [...plain] : null;
  return characters && characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : plain;
}

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
