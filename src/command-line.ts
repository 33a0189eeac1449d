import { OperatorError } from "./operator-error.js";

/** Reads what was written behind the command. @throws ArgumentsRefused */
export function isHelpAsked(args: readonly string[]): boolean {
  if (args.some((each) => each === "--help" || each === "-h")) return true;
  if (args.length > 0) throw new ArgumentsRefused(args);
  return false;
}

/** The server takes no arguments; the message names those that were given. */
export class ArgumentsRefused extends OperatorError {
  constructor(args: readonly string[]) {
    super(
      `Rocas takes no argument but --help: ${args.map((each) => JSON.stringify(each)).join(", ")}. Its settings come from the environment, as PORT=4001 npm start.`,
    );
  }
}
