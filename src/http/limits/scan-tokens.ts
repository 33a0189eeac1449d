import { type GraphQLError, Lexer, type Source, type Token, TokenKind } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

const OPENING = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** Counts tokens and nesting before the parser, which recurses at every bracket, is let near the document. */
export function scanTokens(
  source: Source,
  { maxTokens, maxNesting }: Pick<Limits, "maxTokens" | "maxNesting">,
): GraphQLError | undefined {
  const lexer = new Lexer(source);
  let nesting = 0;
  for (let tokens = 1; ; tokens += 1) {
    const token = nextToken(lexer);
    if (!token || token.kind === TokenKind.EOF) return undefined;
    if (tokens > maxTokens) return limitError(`A document has at most ${maxTokens} tokens.`);
    if (OPENING.has(token.kind)) nesting += 1;
    if (CLOSING.has(token.kind)) nesting -= 1;
    if (nesting > maxNesting)
      return limitError(`Brackets in a document are nested at most ${maxNesting} deep, of whatever kind they are.`);
  }
}

// Text that is no token is reported by the parser, which stops there as well.
function nextToken(lexer: Lexer): Token | undefined {
  try {
    return lexer.advance();
  } catch {
    return undefined;
  }
}
