import { readFile } from "node:fs/promises";

export interface Block {
  readonly language: string;
  /** Whether the command runs on in its terminal. */
  readonly stays: boolean;
  readonly text: string;
  /** The file that it shows. */
  readonly file: string | undefined;
}

const BLOCK = /(?:<!-- file: (?<file>\S+) -->\n\n)?^```(?<language>\w+)(?<stays> stays)?\n(?<text>[\s\S]*?)^```$/gm;

/** The code blocks of a page, in their order; those that are indented belong to the prose. */
export async function blocksOf(path: string): Promise<Block[]> {
  const page = await readFile(path, "utf8");
  return [...page.matchAll(BLOCK)].map(({ groups }) => ({
    language: groups!["language"]!,
    stays: groups!["stays"] !== undefined,
    text: groups!["text"]!,
    file: groups!["file"],
  }));
}
