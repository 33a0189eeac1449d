import {
  getNamedType,
  getNullableType,
  GraphQLError,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
} from "graphql";
import { DomainError } from "../errors.js";

export type ErrorPath = readonly (string | number)[];

/** Messages of graphql-js without the value. All its others hold the value. */
const WITHOUT_VALUE =
  /^(Field "\w+(\.\w+)?" |Expected non-nullable type|Expected type "\w+" to be an object|Exactly one key|OneOf )/;
/** The unknown field may be any text, unless a document holds it. */
const UNKNOWN_FIELD = /^Field "(?<field>.*)" is not defined by type "(?<type>\w+)"/s;
const FIELD_NAME = /^[_A-Za-z]\w{0,63}$/;

/** Returns an error with the place of the input and the right form, but without its value. */
export function inputError(path: ErrorPath, type: GraphQLInputType | undefined, error: GraphQLError): GraphQLError {
  const rule = domainErrorOf(error)?.message;
  const text = rule ?? unknownField(error) ?? (WITHOUT_VALUE.test(error.message) ? error.message : expected(type));
  return new GraphQLError(`${printed(path)}: ${text}`, {
    nodes: error.nodes,
    extensions: { code: "BAD_USER_INPUT", path },
  });
}

export function domainErrorOf(error: unknown): DomainError | undefined {
  for (let each = error; each instanceof Error; each = (each as GraphQLError).originalError)
    if (each instanceof DomainError) return each;
  return undefined;
}

/** Returns the type of an input at a path below another input. */
export function typeAt(type: GraphQLInputType, path: ErrorPath): GraphQLInputType | undefined {
  const [head, ...rest] = path;
  if (head === undefined) return type;
  const nullable = getNullableType(type);
  if (isListType(nullable)) return typeAt(nullable.ofType, typeof head === "number" ? rest : path);
  const field = isInputObjectType(nullable) ? nullable.getFields()[head] : undefined;
  return field && typeAt(field.type, rest);
}

function unknownField({ message }: GraphQLError): string | undefined {
  const { field, type } = UNKNOWN_FIELD.exec(message)?.groups ?? {};
  if (field === undefined) return undefined;
  const named = FIELD_NAME.test(field) ? `Field "${field}"` : "A field";
  return `${named} is not defined by type "${type}".`;
}

function expected(type: GraphQLInputType | undefined): string {
  if (!type) return "The value does not fit.";
  const named = getNamedType(type);
  if (!isEnumType(named)) return `A value of type ${String(type)} is expected.`;
  return `One of ${named
    .getValues()
    .map(({ name }) => name)
    .join(", ")} is expected.`;
}

const printed = (path: ErrorPath): string =>
  path.map((each, index) => (typeof each === "number" ? `[${each}]` : index === 0 ? each : `.${each}`)).join("");
