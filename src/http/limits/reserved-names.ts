import { GraphQLError, type NameNode, type ValidationRule } from "graphql";

const RESERVED = new Set(["__proto__", "constructor", "prototype"]);

/** Names that a client chooses become keys of objects, here and in the programs that read the answer. */
export const reservedNames: ValidationRule = (context) => {
  const check = (name: NameNode | undefined): void => {
    if (!name || !RESERVED.has(name.value)) return;
    context.reportError(
      new GraphQLError(`The name ${name.value} is reserved: choose another.`, {
        nodes: name,
        extensions: { code: "BAD_USER_INPUT" },
      }),
    );
  };
  return {
    OperationDefinition: ({ name }) => check(name),
    FragmentDefinition: ({ name }) => check(name),
    VariableDefinition: ({ variable }) => check(variable.name),
    Field: ({ alias, name }) => check(alias ?? name),
    Argument: ({ name }) => check(name),
    ObjectField: ({ name }) => check(name),
  };
};
