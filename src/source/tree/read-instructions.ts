/** An instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  /** In upper case. */
  readonly name: string;
  /** The text after the name, with flags. */
  readonly text: string;
  /** The line on which it begins, counted from 1. */
  readonly line: number;
}

const COMMENT = /^\s*#/;
const DIRECTIVE = /^#\s*([a-z][a-z0-9]*)\s*=\s*(\S.*?)\s*$/i;
const WITH_HEREDOCS = /^(?:(?:ONBUILD\s+)*)(?:RUN|COPY|ADD)\b/i;

/**
 * Returns the instructions of a Dockerfile, divided like by the engine's parser. Here-documents are no instructions.
 */
export function readInstructions(text: string): Instruction[] {
  const lines = linesOf(text);
  const escape = escapeOf(lines);
  const continued = escape === "`" ? /`[ \t]*$/ : /\\[ \t]*$/;
  const instructions: Instruction[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    if (COMMENT.test(lines[at]!) || lines[at]!.trim() === "") continue;
    const line = at + 1;
    let whole = "";
    for (; at < lines.length; at += 1) {
      const next = lines[at]!;
      if (whole !== "" && (COMMENT.test(next) || next.trim() === "")) continue;
      whole += next.replace(continued, "");
      if (!continued.test(next)) break;
    }
    whole = whole.trim();
    const [name = ""] = whole.split(/\s/, 1);
    instructions.push({ name: name.toUpperCase(), text: whole.slice(name.length).trim(), line });
    if (WITH_HEREDOCS.test(whole)) for (const end of heredocsIn(whole)) at = endOf(lines, at, end);
  }
  return instructions;
}

export interface Heredoc {
  readonly delimiter: string;
  /** True if tabs before the delimiter are ignored. */
  readonly chomps: boolean;
}

/** Returns the here-documents that a RUN, COPY or ADD opens outside of quotes. */
export function heredocsIn(text: string): Heredoc[] {
  return wordsOf(text).flatMap((word) => {
    const [, chomp, name = ""] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
    const delimiter = name.replace(/['"]/g, "");
    return delimiter === "" ? [] : [{ delimiter, chomps: chomp === "-" }];
  });
}

/** Splits words as a shell does, and keeps the quotes. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"?|'[^']*'?|\\.|[^\s"'\\]|\\$)+/g) ?? [];
}

/** Returns the comments at the top, which may hold directives. */
export function topComments(text: string): string[] {
  const lines = linesOf(text);
  const end = lines.findIndex((line) => !COMMENT.test(line));
  return lines.slice(0, end < 0 ? lines.length : end);
}

function escapeOf(lines: readonly string[]): string {
  for (const line of lines) {
    const [, name, value] = DIRECTIVE.exec(line) ?? [];
    if (!name) break;
    if (name.toLowerCase() === "escape") return value!;
  }
  return "\\";
}

function endOf(lines: readonly string[], from: number, { delimiter, chomps }: Heredoc): number {
  const end = lines.findIndex(
    (line, number) => number > from && (chomps ? line.replace(/^\t+/, "") : line) === delimiter,
  );
  return end < 0 ? lines.length : end;
}

const linesOf = (text: string) => text.replace(/^\uFEFF/, "").split(/\r?\n/);
