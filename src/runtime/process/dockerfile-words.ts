export type Variables = ReadonlyMap<string, string>;

const VARIABLE = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?([-+])([^}]*))?\})/;

/** Divides text as a Dockerfile does: words without quotes, with variables replaced by their values. */
export function wordsOf(text: string, variables: Variables): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (quote === "" && /\s/.test(sign)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (sign === quote) quote = "";
    else if (quote === "" && (sign === '"' || sign === "'")) {
      quote = sign;
      word ??= "";
    } else if (sign === "\\" && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? "") + text[at]!;
    } else if (sign === "$" && quote !== "'" && VARIABLE.test(text.slice(at))) {
      const [whole, plain, braced, how, otherwise = ""] = VARIABLE.exec(text.slice(at))!;
      word = (word ?? "") + valueOf(variables.get((plain ?? braced)!), how, otherwise);
      at += whole.length - 1;
    } else word = (word ?? "") + sign;
  }
  if (word !== null) words.push(word);
  return words;
}

function valueOf(value = "", how: string | undefined, otherwise: string): string {
  if (how === "-") return value === "" ? otherwise : value;
  if (how === "+") return value === "" ? "" : otherwise;
  return value;
}

/** Reads `KEY=value` words, or the older `KEY the rest`. Returns null for other text. */
export function pairsOf(text: string, variables: Variables): [string, string][] | null {
  const words = wordsOf(text, variables);
  if (words.length >= 2 && !words[0]!.includes("=")) return [[words[0]!, words.slice(1).join(" ")]];
  const pairs = words.map((word): [string, string] => [word.split("=", 1)[0]!, word.slice(word.indexOf("=") + 1)]);
  return words.length > 0 && words.every((word) => /^[^=]+=/.test(word)) ? pairs : null;
}
