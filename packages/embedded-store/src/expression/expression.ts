import { elementsOf, ElementType, Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";

/** The value that an expression gives for a document; undefined stands for a missing field. */
export type Evaluate = (document: Value) => Value | undefined;

/** An expression, compiled once. Variables stand in cells that the closures share, so that one runs on one document at a time. */
export interface Expression {
  readonly evaluate: Evaluate;
  /** True if no document changes the outcome. */
  readonly isConstant: boolean;
}

export const constant = (value: Value | undefined): Expression => ({ evaluate: () => value, isConstant: true });

export const varying = (evaluate: Evaluate): Expression => ({ evaluate, isConstant: false });

/** The document that a constant is evaluated on. */
export const NO_DOCUMENT = new Value(ElementType.OBJECT, Buffer.from([5, 0, 0, 0, 0]), 0, 5);

/**
 * An operator on these operands. If all of them are constant it is carried out here: what is wrong with it is
 * then said before any document is read, as MongoDB does.
 */
export const computed = (operands: readonly Expression[], evaluate: Evaluate): Expression =>
  operands.every(({ isConstant }) => isConstant) ? constant(evaluate(NO_DOCUMENT)) : varying(evaluate);

/** The place of a variable's value while the expression that knows it is evaluated. */
export interface Cell {
  value: Value | undefined;
}

/** Expressions that several others of a stage hold, by their bytes: each is evaluated once for a document. */
export type Shared = Map<string, Expression>;

/** The variables that an expression may name, and how the expressions in it are parsed. */
export class Scope {
  private constructor(
    readonly parse: (expression: Value, scope: Scope) => Expression,
    private readonly cells: ReadonlyMap<string, Cell>,
    private readonly shared: Shared,
  ) {}

  static outermost(parse: Scope["parse"], shared: Shared): Scope {
    return new Scope(parse, new Map(), shared);
  }

  parsed(expression: Value): Expression {
    return this.parse(expression, this);
  }

  with(name: string, cell: Cell): Scope {
    return new Scope(this.parse, new Map([...this.cells, [name, cell]]), this.shared);
  }

  /** @param make parses the expression; one that may name a variable has other values for the same document. */
  sharedBy(expression: Value, make: () => Expression): Expression {
    const text = expression.bytes.toString("latin1", expression.start, expression.end);
    if (text.includes("$$")) return make();
    const known = this.shared.get(text) ?? evaluatedOnce(make());
    this.shared.set(text, known);
    return known;
  }

  /** @throws CommandError for a variable that nobody has set. */
  cell(name: string): Cell {
    const cell = this.cells.get(name);
    if (cell) return cell;
    if (SYSTEM.has(name)) throw notImplemented(`the variable $$${name}`);
    throw new CommandError("BadValue", `Use of undefined variable: ${name}`, 17276);
  }
}

/** Keeps the value of the last document; each that is read is a `Value` of its own. */
function evaluatedOnce({ evaluate, isConstant }: Expression): Expression {
  let last: Value | undefined;
  let value: Value | undefined;
  return {
    isConstant,
    evaluate(document) {
      if (document !== last) {
        value = evaluate(document);
        last = document;
      }
      return value;
    },
  };
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

/** Parses what stands beside an operator's name. @throws CommandError */
export type OperatorParser = (operand: Value, scope: Scope, name: string) => Expression;

/** The operands in a list; what is no list is the only one. */
export const operandsOf = (operand: Value, scope: Scope): Expression[] =>
  (operand.isArray ? elementsOf(operand) : [operand]).map((each) => scope.parsed(each));

/** @throws CommandError if there are more or fewer. */
export function exactly<Count extends number>(count: Count, operand: Value, scope: Scope, name: string): Tuple<Count> {
  const operands = operandsOf(operand, scope);
  if (operands.length !== count)
    throw new CommandError(
      "BadValue",
      `Expression ${name} takes exactly ${count} arguments. ${operands.length} were passed in.`,
      16020,
    );
  return operands as Tuple<Count>;
}

type Tuple<Count extends number> = Count extends 1
  ? [Expression]
  : Count extends 2
    ? [Expression, Expression]
    : [Expression, Expression, Expression];

/** True if there is no value: none at all, null, or undefined. */
export const isNothing = (value: Value | undefined): boolean =>
  value === undefined || value.type === ElementType.NULL || value.type === ElementType.UNDEFINED;
