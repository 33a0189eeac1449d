import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
  Source,
  specifiedRules,
  validate,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
} from "graphql";
import { LRUCache } from "lru-cache";
import {
  maxAliases,
  maxDirectives,
  maxFragments,
  maxListItems,
  maxOperations,
  maxSameField,
  reservedNames,
  scanTokens,
} from "../limits/document-limits.js";
import { limitError, type Limits } from "../limits/limits.js";
import { maxDepth, maxRootFields, maxSecretFields } from "../limits/selection-limits.js";
import { checkVariables } from "./check-variables.js";
import { exactLiterals, valueFreeLiterals } from "./literal-rules.js";
import { PassedDocument } from "./passed-document.js";

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** An operation that passed all checks. */
export class CheckedOperation {
  constructor(
    readonly request: OperationRequest,
    private readonly passed: PassedDocument,
    readonly operation: OperationDefinitionNode,
    /** The variables as their types say, with their defaults. */
    readonly variables: Readonly<Record<string, unknown>>,
    /** The fields of its answer at most. */
    readonly cost: number,
  ) {}

  get document(): DocumentNode {
    return this.passed.document;
  }

  /** True if a literal of the document has a variable in it. */
  get nestsVariables(): boolean {
    return this.passed.nestsVariables;
  }

  get kind(): OperationTypeNode {
    return this.operation.operation;
  }
}

const MAX_ERRORS = 5;
const MAX_CACHED_CHARACTERS = 256 * 1024;
/** A parsed document takes up to a hundred times the memory of its text. */
const MAX_CACHED_DOCUMENTS = 1_000;
const LANGUAGE_RULES = specifiedRules.map((rule) => (rule === ValuesOfCorrectTypeRule ? valueFreeLiterals : rule));
/** Syntax errors end with the token found. A value is the client's. */
const FOUND_VALUE = /(String|BlockString|Int|Float) ".*"/s;

/**
 * Checks operations of all transports. Cheap checks come first, so that a hostile document never reaches the costly
 * ones.
 */
export class OperationGuard {
  private readonly limitRules: readonly ValidationRule[];
  /** The most recent documents that passed, by text. */
  private readonly documents = new LRUCache<string, PassedDocument>({
    max: MAX_CACHED_DOCUMENTS,
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_passed, { length }) => length,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
  ) {
    this.limitRules = [
      maxOperations(limits),
      maxFragments(limits),
      maxDirectives(limits),
      maxAliases(limits),
      maxSameField(limits),
      maxDepth(limits),
      maxRootFields(limits),
      maxSecretFields(limits),
      maxListItems(limits),
      reservedNames,
      exactLiterals,
    ];
  }

  /** @returns the operation, or the reasons against it */
  check(request: OperationRequest): CheckedOperation | readonly GraphQLError[] {
    const passed = this.documentOf(request.query);
    if (!(passed instanceof PassedDocument)) return passed;
    const operation = getOperationAST(passed.document, request.operationName);
    if (!operation) return [unknownOperation(request)];
    const { values, errors } = checkVariables(this.schema, operation, request.variables ?? {}, this.limits);
    if (errors.length > 0) return errors;
    const cost = passed.costOf(operation, values);
    return cost <= this.limits.maxCost
      ? new CheckedOperation(request, passed, operation, values, cost)
      : [tooCostly(cost, this.limits)];
  }

  private documentOf(query: string): PassedDocument | readonly GraphQLError[] {
    const cached = this.documents.get(query);
    if (cached) return cached;
    const source = new Source(query);
    const tooLarge = scanTokens(source, this.limits);
    if (tooLarge) return [tooLarge];
    const document = parsed(source, this.limits.maxTokens);
    if (document instanceof GraphQLError) return [document];
    for (const rules of [this.limitRules, LANGUAGE_RULES]) {
      const errors = validate(this.schema, document, rules, { maxErrors: MAX_ERRORS, hideSuggestions: true });
      if (errors.length > 0) return errors.slice(0, MAX_ERRORS).map(asValidationError);
    }
    const passed = new PassedDocument(document, this.schema, this.limits);
    this.documents.set(query, passed);
    return passed;
  }
}

const tooCostly = (cost: number, { maxCost }: Limits): GraphQLError =>
  limitError(
    `The operation may cost ${cost}, and ${maxCost} is allowed: each field counts as often as the lists around it may hold it. Ask for smaller pages or fewer fields.`,
  );

function unknownOperation({ operationName }: OperationRequest): GraphQLError {
  const message = operationName
    ? "The document has no operation of that name: operationName is one of those in `query`."
    : "Say by operationName which operation is meant.";
  return new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT", path: ["operationName"] } });
}

function parsed(source: Source, maxTokens: number): DocumentNode | GraphQLError {
  try {
    return parse(source, { maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return new GraphQLError(error.message.replace(FOUND_VALUE, "$1"), {
      source,
      positions: error.positions,
      extensions: { code: "GRAPHQL_PARSE_FAILED" },
    });
  }
}

const asValidationError = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code: "GRAPHQL_VALIDATION_FAILED", ...error.extensions },
  });
