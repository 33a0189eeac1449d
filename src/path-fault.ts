const MAX_PART_BYTES = 255;
const MAX_PATH_BYTES = 1024;
const MAX_PARTS = 32;

const ALLOWED_CHARACTERS = "letters, digits and marks of any script, spaces and _ - . = + @ , # ( )";
const FORBIDDEN = /[^\p{L}\p{M}\p{N} _.=+@,#()-]|\p{Default_Ignorable_Code_Point}/u;

/** Returns a character for people: itself if it can be printed, and its number. */
function printed(character: string): string {
  const number = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return /^[\p{P}\p{S}]$/u.test(character) ? `"${character}" (${number})` : number;
}

/**
 * Returns the fault of one part of a relative path as the predicate of a sentence, which says what would be right; null
 * if there is none. It never holds the text: a refusal does not repeat what was sent.
 */
export function partFault(part: string): string | null {
  if (part === "") return 'has an empty part: it starts with no "/", ends with none, and holds no two in a row';
  if (/^\.+$/.test(part)) return `has a part ${part.length > 2 ? "of dots alone" : `"${part}"`}, which names no file`;
  const [strange] = FORBIDDEN.exec(part) ?? [];
  if (strange === "\\") return 'holds a backslash: folders are told apart by "/"';
  if (strange !== undefined) return `holds the character ${printed(strange)}; it may hold ${ALLOWED_CHARACTERS}`;
  if (part !== part.normalize("NFC")) return decomposed(part);
  if (part.startsWith("-")) return 'has a part that starts with "-", which programs take for an option';
  if (part.startsWith(" ") || part.endsWith(" ")) return "has a part that starts or ends with a space";
  if (Buffer.byteLength(part) > MAX_PART_BYTES)
    return `has a part of more than ${MAX_PART_BYTES} bytes in UTF-8, the most that file systems take`;
  return null;
}

/** Returns the fault of a path, whose parts have "/" between them, in the manner of {@link partFault}. */
export function pathFault(path: string): string | null {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `has more than ${MAX_PATH_BYTES} bytes in UTF-8`;
  if (!path.isWellFormed()) return "is no well-formed Unicode";
  const parts = path.split("/");
  if (parts.length > MAX_PARTS) return `has more than ${MAX_PARTS} parts`;
  for (const part of parts) {
    const fault = partFault(part);
    if (fault !== null) return fault;
  }
  return null;
}

// Names the place, since the two names look the same on a screen.
function decomposed(part: string): string {
  const characters = [...part];
  const at = characters.findIndex((_, index) => {
    const pair = characters.slice(index, index + 2).join("");
    return pair !== pair.normalize("NFC");
  });
  const pair = characters.slice(Math.max(at, 0), at + 2);
  const right = [...pair.join("").normalize("NFC")].map(printed).join(" ");
  return `is not in NFC: send ${right} in place of ${pair.map(printed).join(" ")}`;
}
