import { readFileSync } from "node:fs";

/** A fenced block of a page: ```` ```json variables ```` has the language `json` and says `variables` of itself. */
export interface Block {
  readonly language: string;
  readonly info: string;
  readonly text: string;
  /** Of the page, for whoever looks for it. */
  readonly line: number;
}

const FENCE = /^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm;

export function fencedBlocks(page: string): Block[] {
  const text = readFileSync(page, "utf8");
  return [...text.matchAll(FENCE)].map(([, language = "", info = "", block = ""], index, all) => ({
    language,
    info,
    text: block,
    line: text.slice(0, (all[index]!.index ?? 0) + 1).split("\n").length,
  }));
}
