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
import { limitError, type Limits } from "./limits.js";

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
