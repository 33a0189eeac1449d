import type { Value } from "../../bson/value.js";
import { CommandError, notImplemented } from "../../command-error.js";
import type { Expression } from "./expression.js";

/** Where a variable's value stands while the expression that knows it is evaluated. */
export interface Cell {
  value: Value | undefined;
}

/** The variables that an expression may name, and how the expressions in it are parsed. */
export class Scope {
  private constructor(
    readonly parse: (expression: Value, scope: Scope) => Expression,
    private readonly cells: ReadonlyMap<string, Cell>,
  ) {}

  static outermost(parse: Scope["parse"]): Scope {
    return new Scope(parse, new Map());
  }

  parsed(expression: Value): Expression {
    return this.parse(expression, this);
  }

  with(name: string, cell: Cell): Scope {
    return new Scope(this.parse, new Map([...this.cells, [name, cell]]));
  }

  /** @throws CommandError for a variable that nobody has set. */
  cell(name: string): Cell {
    const cell = this.cells.get(name);
    if (cell) return cell;
    if (SYSTEM.has(name)) throw notImplemented(`the variable $$${name}`);
    throw new CommandError("BadValue", `Use of undefined variable: ${name}`, 17276);
  }
}

const SYSTEM = new Set("NOW CLUSTER_TIME JS_SCOPE IS_MR SEARCH_META USER_ROLES".split(" "));

/** @throws CommandError for a name that a client may not give to a variable. */
export function checkVariableName(name: string): void {
  if (name === "") throw new CommandError("FailedToParse", "empty variable names are not allowed");
  if (name === "CURRENT") throw notImplemented("another value for the variable $$CURRENT");
  if (!/^[a-z\u0080-\u{10ffff}]/u.test(name))
    throw new CommandError("FailedToParse", `'${name}' starts with an invalid character for a user variable name`);
  const odd = /[^\w\u0080-\u{10ffff}]/u.exec(name)?.[0];
  if (odd !== undefined)
    throw new CommandError("FailedToParse", `'${name}' contains an invalid character for a variable name: '${odd}'`);
}
