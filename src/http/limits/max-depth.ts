import type { SelectionSetNode, ValidationContext, ValidationRule } from "graphql";
import { Kind } from "graphql";
import { limitError } from "./limit-error.js";
import type { Limits } from "./limits.js";

interface Depth {
  readonly fields: number;
  /** Of selections below `__schema` and `__type`. */
  readonly introspection: number;
}

const NONE: Depth = { fields: 0, introspection: 0 };
const INTROSPECTION = new Set(["__schema", "__type"]);

/** Levels of fields, with fragments followed. Each fragment is measured once, however often it is spread. */
export function maxDepth(limits: Pick<Limits, "maxDepth" | "maxIntrospectionDepth">): ValidationRule {
  return (context) => {
    const measured = new Map<string, Depth>();
    return {
      OperationDefinition(operation) {
        const { fields, introspection } = depthOf(operation.selectionSet, context, measured);
        if (fields > limits.maxDepth)
          context.reportError(limitError(`Fields are nested at most ${limits.maxDepth} deep.`, operation));
        if (introspection > limits.maxIntrospectionDepth)
          context.reportError(
            limitError(`Introspection is nested at most ${limits.maxIntrospectionDepth} deep.`, operation),
          );
      },
    };
  };
}

function depthOf(set: SelectionSetNode, context: ValidationContext, measured: Map<string, Depth>): Depth {
  let { fields, introspection } = NONE;
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) {
      const inner = each.selectionSet ? depthOf(each.selectionSet, context, measured) : NONE;
      const depth = 1 + Math.max(inner.fields, inner.introspection);
      if (INTROSPECTION.has(each.name.value)) introspection = Math.max(introspection, depth);
      else fields = Math.max(fields, depth);
      continue;
    }
    const inner =
      each.kind === Kind.INLINE_FRAGMENT
        ? depthOf(each.selectionSet, context, measured)
        : depthOfFragment(each.name.value, context, measured);
    fields = Math.max(fields, inner.fields);
    introspection = Math.max(introspection, inner.introspection);
  }
  return { fields, introspection };
}

function depthOfFragment(name: string, context: ValidationContext, measured: Map<string, Depth>): Depth {
  const known = measured.get(name);
  if (known) return known;
  const fragment = context.getFragment(name);
  if (!fragment) return NONE;
  // A fragment that reaches itself ends here; that it does is reported by GraphQL's own rule.
  measured.set(name, NONE);
  const depth = depthOf(fragment.selectionSet, context, measured);
  measured.set(name, depth);
  return depth;
}
