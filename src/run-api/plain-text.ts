// Sequences that steer a terminal: CSI, OSC (to BEL or ST) and the two-character ones.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-_])/g;
// Controls but tab and line feed, and the characters that change the direction of what stands beside them.
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a container as it may be stored and shown: nothing that steers a terminal or hides what it says, at most `most` characters. */
export function plainText(text: string, most: number): string {
  const plain = text.replace(ESCAPES, "").replace(/\r\n?/g, "\n").replace(UNPRINTABLE, "");
  const characters = plain.length > most ? [...plain] : null;
  return characters && characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : plain;
}
