import { ElementType } from "../bson/element-type.js";
import { stringOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";

/** What PCRE and JavaScript read differently, or what only one of them has. */
const FOREIGN = /\\[AZzGhHRXQEKNgpPCxouce]|\(\?(?![:=!])|\[\[:|[*+?}]\+|\(\*|\\\d/;

/** @throws CommandError for a pattern that JavaScript might read otherwise than PCRE does. */
function compile(source: string, flags: string): RegExp {
  if (/[^imsxu]/.test(flags)) throw new CommandError("BadValue", `invalid flag in regex options: ${flags}`, 51108);
  if (flags.includes("x")) throw notImplemented("the regular expression flag x");
  if (FOREIGN.test(source)) throw notImplemented(`the regular expression /${source}/`);
  try {
    return new RegExp(source, flags.replace("u", "") + "u");
  } catch {
    throw notImplemented(`the regular expression /${source}/`);
  }
}

export function patternOf(regex: Value): RegExp {
  const { bytes, start, end } = regex;
  const middle = bytes.indexOf(0, start);
  return compile(bytes.toString("utf8", start, middle), bytes.toString("utf8", middle + 1, end - 1));
}

export function parsePattern(operand: Value, options: Value | undefined): RegExp {
  const flags = options && stringOf(options);
  if (operand.type === ElementType.STRING) return compile(stringOf(operand), flags ?? "");
  if (operand.type !== ElementType.REGEX) throw new CommandError("BadValue", "$regex has to be a string");
  const pattern = patternOf(operand);
  if (flags !== undefined && pattern.flags !== "u")
    throw new CommandError("BadValue", "options set in both $regex and $options", 51075);
  return flags === undefined ? pattern : compile(pattern.source, flags);
}
