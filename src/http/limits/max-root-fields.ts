import { Kind, OperationTypeNode, type SelectionSetNode, type ValidationContext, type ValidationRule } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

/** Fields at the root of an operation, those of spread fragments counted at each spread. */
export function maxRootFields(limits: Pick<Limits, "maxRootFields" | "maxMutationFields">): ValidationRule {
  return (context) => {
    const counted = new Map<string, number>();
    return {
      OperationDefinition(operation) {
        const isMutation = operation.operation === OperationTypeNode.MUTATION;
        const most = isMutation ? limits.maxMutationFields : limits.maxRootFields;
        if (fieldsOf(operation.selectionSet, context, counted) > most)
          context.reportError(
            limitError(`A ${operation.operation} has at most ${most} fields at its root.`, operation),
          );
      },
    };
  };
}

function fieldsOf(set: SelectionSetNode, context: ValidationContext, counted: Map<string, number>): number {
  let fields = 0;
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) fields += 1;
    else if (each.kind === Kind.INLINE_FRAGMENT) fields += fieldsOf(each.selectionSet, context, counted);
    else fields += fieldsOfFragment(each.name.value, context, counted);
  }
  return fields;
}

function fieldsOfFragment(name: string, context: ValidationContext, counted: Map<string, number>): number {
  const known = counted.get(name);
  if (known !== undefined) return known;
  const fragment = context.getFragment(name);
  if (!fragment) return 0;
  counted.set(name, 0); // a fragment that reaches itself
  const fields = fieldsOf(fragment.selectionSet, context, counted);
  counted.set(name, fields);
  return fields;
}
