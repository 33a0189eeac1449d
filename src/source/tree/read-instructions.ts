/** An instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  /** The text after the name, flags and all. */
  readonly text: string;
  /** The line on which it begins, counted from 1. */
  readonly line: number;
}

const COMMENT = /^\s*#/;
const DIRECTIVE = /^#\s*([a-z][a-z0-9]*)\s*=\s*(\S.*?)\s*$/i;
const WITH_HEREDOCS = /^(?:(?:ONBUILD\s+)*)(?:RUN|COPY|ADD)\b/i;

/** The instructions of a Dockerfile, as the engine's parser divides it into lines. The bodies of here-documents are none. */
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
  /** True if tabs before the delimiter count for nothing. */
  readonly chomps: boolean;
}

/** The here-documents that a line of RUN, COPY or ADD opens: words that begin so, outside of quotes. */
export function heredocsIn(text: string): Heredoc[] {
  return wordsOf(text).flatMap((word) => {
    const [, chomp, name = ""] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
    const delimiter = name.replace(/['"]/g, "");
    return delimiter === "" ? [] : [{ delimiter, chomps: chomp === "-" }];
  });
}

/** Words as a shell divides them, quotes kept. */
function wordsOf(text: string): string[] {
  return text.match(/(?:"(?:\\.|[^"\\])*"?|'[^']*'?|\\.|[^\s"'\\]|\\$)+/g) ?? [];
}

/** The comments at the top, in which directives stand: name and line. */
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
