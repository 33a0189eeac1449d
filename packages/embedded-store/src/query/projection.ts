import { isNumber, isTruthy } from "../bson/compare-values.js";
import { FieldPath } from "../bson/field-path.js";
import { ElementType, fieldsOf, isEmpty, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { Projection, type Selection } from "./projected-bytes.js";
import { remembered } from "./remembered.js";

export const isFlag = (value: Value): boolean => isNumber(value) || value.type === ElementType.BOOL;

/** The projection of a `find`; undefined if everything is wanted. @throws CommandError */
export function parseProjection(projection: Value | undefined): Projection | undefined {
  return projection && !isEmpty(projection) ? compileProjection(projection) : undefined;
}

const compileProjection = remembered<never>((projection) => {
  const flags: [string, boolean][] = [];
  for (const [name, value] of flattened(projection, "")) {
    if (!isFlag(value)) throw notImplemented(`a projection of "${name}" by an expression`);
    flags.push([name, isTruthy(value)]);
  }
  return compileFlags(flags);
});

/** `{ a: { b: 1 } }` says the same as `{ "a.b": 1 }`. */
export function* flattened(fields: Value, prefix: string): Generator<[string, Value]> {
  for (const [name, value] of fieldsOf(fields)) {
    if (name.startsWith("$")) throw notImplemented(`the projection operator ${name}`);
    if (value.isObject && !isEmpty(value)) yield* flattened(value, `${prefix}${name}.`);
    else yield [prefix + name, value];
  }
}

export function compileFlags(flags: readonly [string, boolean][]): Projection {
  const others = flags.filter(([name]) => name !== "_id");
  const includes = others.length > 0 ? others[0]![1] : flags[0]![1];
  const odd = others.find(([, flag]) => flag !== includes);
  if (odd) {
    const what = includes
      ? `exclusion on field ${odd[0]} in inclusion projection`
      : `inclusion on field ${odd[0]} in exclusion projection`;
    throw new CommandError("BadValue", `Cannot do ${what}`, includes ? 31254 : 31253);
  }
  const id = flags.find(([name]) => name === "_id")?.[1] ?? true;
  const named = others.map(([name]) => name);
  if (includes) return including(selectionOf(id ? ["_id", ...named] : named));
  return excluding(selectionOf(id ? named : ["_id", ...named]));
}

/** @throws CommandError if one path holds another. */
export function selectionOf(names: readonly string[]): Selection {
  const root: Selection = { fields: new Map() };
  for (const name of names) {
    const { segments } = new FieldPath(name);
    let at = root;
    for (const [depth, { text }] of segments.entries()) {
      if (text === "") throw new CommandError("BadValue", "FieldPath must not end with a '.'.", 40353);
      if (text.startsWith("$")) throw notImplemented(`the positional projection "${name}"`);
      const held = at.fields.get(text);
      const isLast = depth === segments.length - 1;
      if (held === "whole") throw new CommandError("BadValue", `Path collision at ${name}`, isLast ? 31250 : 31249);
      if (isLast && held) throw new CommandError("BadValue", `Path collision at ${name}`, 31250);
      if (isLast) {
        at.fields.set(text, "whole");
      } else {
        const next = held ?? { fields: new Map() };
        at.fields.set(text, next);
        at = next;
      }
    }
  }
  return root;
}

export const including = (selection: Selection): Projection => new Projection(selection, true);
export const excluding = (selection: Selection): Projection => new Projection(selection, false);
