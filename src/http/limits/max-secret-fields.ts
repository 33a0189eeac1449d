import {
  getNamedType,
  type GraphQLInputType,
  isInputObjectType,
  Kind,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

const SECRET = "Secret";

/** Fields that take a secret: whoever may send many of them at once may try many at once. */
export function maxSecretFields({ maxSecretFields: most }: Pick<Limits, "maxSecretFields">): ValidationRule {
  return (context) => {
    const counted = new Map<string, number>();
    return {
      OperationDefinition(operation) {
        if (operation.operation !== OperationTypeNode.MUTATION) return;
        if (fieldsIn(operation.selectionSet, context, counted) > most)
          context.reportError(limitError(`A mutation has at most ${most} field that takes a secret.`, operation));
      },
    };
  };
}

/** Those of spread fragments counted at each spread. */
function fieldsIn(set: SelectionSetNode, context: ValidationContext, counted: Map<string, number>): number {
  let fields = 0;
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) fields += takesSecret(each.name.value, context) ? 1 : 0;
    else if (each.kind === Kind.INLINE_FRAGMENT) fields += fieldsIn(each.selectionSet, context, counted);
    else fields += fieldsInFragment(each.name.value, context, counted);
  }
  return fields;
}

function fieldsInFragment(name: string, context: ValidationContext, counted: Map<string, number>): number {
  const known = counted.get(name);
  if (known !== undefined) return known;
  counted.set(name, 0); // a fragment that reaches itself
  const fragment = context.getFragment(name);
  const fields = fragment ? fieldsIn(fragment.selectionSet, context, counted) : 0;
  counted.set(name, fields);
  return fields;
}

function takesSecret(name: string, context: ValidationContext): boolean {
  const field = context.getSchema().getMutationType()?.getFields()[name];
  return field?.args.some(({ type }) => holdsSecret(type)) ?? false;
}

function holdsSecret(type: GraphQLInputType, above: readonly string[] = []): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return named.name === SECRET;
  if (above.includes(named.name)) return false;
  return Object.values(named.getFields()).some((field) => holdsSecret(field.type, [...above, named.name]));
}
