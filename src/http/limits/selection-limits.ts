import {
  getNamedType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  OperationTypeNode,
  type ValidationContext,
  type ValidationRule,
} from "graphql";
import { limitError, type Limits } from "./limits.js";
import { COUNT, type Measure, SelectionFold } from "./selection-fold.js";

interface Depth {
  fields: number;
  /** The depth of selections below `__schema` and `__type`. */
  introspection: number;
}

const INTROSPECTION = new Set(["__schema", "__type"]);

const DEPTH: Measure<Depth, void> = {
  empty: () => ({ fields: 0, introspection: 0 }),
  add(sum, { fields, introspection }) {
    sum.fields = Math.max(sum.fields, fields);
    sum.introspection = Math.max(sum.introspection, introspection);
    return sum;
  },
  addField(sum, { name, selectionSet }, _, below) {
    const inner = selectionSet && below(selectionSet);
    const depth = 1 + (inner ? Math.max(inner.fields, inner.introspection) : 0);
    const kind = INTROSPECTION.has(name.value) ? "introspection" : "fields";
    sum[kind] = Math.max(sum[kind], depth);
    return sum;
  },
};

const ROOT_FIELDS: Measure<number, void> = { ...COUNT, addField: (sum) => sum + 1 };

const secretFields = (schema: GraphQLSchema): Measure<number, void> => ({
  ...COUNT,
  addField: (sum, { name }) => sum + (takesSecret(schema, name.value) ? 1 : 0),
});

const foldOf = <T>(context: ValidationContext, measure: Measure<T, void>): SelectionFold<T> =>
  new SelectionFold((name) => context.getFragment(name), measure);

/** Bounds the nesting of fields. */
export function maxDepth(limits: Pick<Limits, "maxDepth" | "maxIntrospectionDepth">): ValidationRule {
  return (context) => {
    const depth = foldOf(context, DEPTH);
    return {
      OperationDefinition(operation) {
        const { fields, introspection } = depth.of(operation.selectionSet);
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

/** Bounds the fields at the root of an operation. */
export function maxRootFields(limits: Pick<Limits, "maxRootFields" | "maxMutationFields">): ValidationRule {
  return (context) => {
    const fields = foldOf(context, ROOT_FIELDS);
    return {
      OperationDefinition(operation) {
        const isMutation = operation.operation === OperationTypeNode.MUTATION;
        const max = isMutation ? limits.maxMutationFields : limits.maxRootFields;
        if (fields.of(operation.selectionSet) > max)
          context.reportError(limitError(`A ${operation.operation} has at most ${max} fields at its root.`, operation));
      },
    };
  };
}

/** Bounds the fields that take a secret, or one request could try many. */
export function maxSecretFields({ maxSecretFields: max }: Pick<Limits, "maxSecretFields">): ValidationRule {
  return (context) => {
    const fields = foldOf(context, secretFields(context.getSchema()));
    return {
      OperationDefinition(operation) {
        if (operation.operation !== OperationTypeNode.MUTATION) return;
        if (fields.of(operation.selectionSet) > max)
          context.reportError(limitError(`A mutation has at most ${max} field that takes a secret.`, operation));
      },
    };
  };
}

const SECRET = "Secret";

function takesSecret(schema: GraphQLSchema, mutation: string): boolean {
  const field = schema.getMutationType()?.getFields()[mutation];
  return field?.args.some(({ type }) => holdsSecret(type)) ?? false;
}

function holdsSecret(type: GraphQLInputType, above: readonly string[] = []): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return named.name === SECRET;
  if (above.includes(named.name)) return false;
  return Object.values(named.getFields()).some((field) => holdsSecret(field.type, [...above, named.name]));
}
