import { printable } from "../runtime/printable.js";

/** Text of a container as it may be shown: nothing that steers a terminal or hides what it says, at most `most` characters. */
export function plainText(text: string, most: number): string {
  const plain = printable(text);
  const characters = plain.length > most ? [...plain] : null;
  return characters && characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : plain;
}
