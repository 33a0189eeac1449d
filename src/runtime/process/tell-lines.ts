import type { Told } from "../image-builder.js";

const MOST_LINE = 16 * 1024;

/** Tells text that comes in pieces line by line, each with its end; a line that is too long, in several. */
export class TellLines {
  private left = "";

  constructor(private readonly told: Told) {}

  tell(text: string): void {
    const lines = (this.left + text).split(/(?<=\n)/);
    const last = lines.at(-1)!;
    this.left = last.endsWith("\n") || last.length > MOST_LINE ? "" : last;
    for (const line of this.left === "" ? lines : lines.slice(0, -1)) if (line !== "") this.told(line);
  }

  /** Tells what came after the last end of a line. */
  end(): void {
    if (this.left !== "") this.told(`${this.left}\n`);
    this.left = "";
  }
}
