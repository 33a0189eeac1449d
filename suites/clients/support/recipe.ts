/** What a page tells its reader to do, in order. */
export type Step =
  | { readonly kind: "write"; readonly file: string; readonly text: string }
  | { readonly kind: "run"; readonly text: string }
  /** What the run before it prints last. */
  | { readonly kind: "printed"; readonly text: string };

const BLOCK = /(?:^`(?<file>[^`\n]+)`:\n\n)?^```(?<language>\w+)\n(?<text>.*?)^```$/gms;

/** The steps of a page: commands, files under their names, and what is printed. @throws for a block that is none of them */
export function recipeOf(page: string): Step[] {
  return [...page.matchAll(BLOCK)].map(({ groups }) => {
    const { file, language, text = "" } = groups!;
    if (file) return { kind: "write", file, text };
    if (language === "sh") return { kind: "run", text };
    if (language === "text") return { kind: "printed", text };
    throw new Error(`A block of ${language} has no file name before it:\n${text}`);
  });
}
