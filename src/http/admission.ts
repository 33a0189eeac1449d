import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  parse,
  Source,
  specifiedRules,
  validate,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
} from "graphql";
import type { AdmittedDocuments } from "./admitted-documents.js";
import { checkVariables } from "./check-variables.js";
import { exactLiterals } from "./exact-literals.js";
import { Cost } from "./limits/cost.js";
import { limitError } from "./limits/limit-error.js";
import type { Limits } from "./limits/limits.js";
import { maxAliases } from "./limits/max-aliases.js";
import { maxDepth } from "./limits/max-depth.js";
import { maxDirectives } from "./limits/max-directives.js";
import { maxFragments } from "./limits/max-fragments.js";
import { maxListItems } from "./limits/max-list-items.js";
import { maxOperations } from "./limits/max-operations.js";
import { maxSameField } from "./limits/max-same-field.js";
import { maxRootFields } from "./limits/max-root-fields.js";
import { maxSecretFields } from "./limits/max-secret-fields.js";
import { reservedNames } from "./limits/reserved-names.js";
import { scanTokens } from "./limits/scan-tokens.js";
import { valueFreeLiterals } from "./value-free-literals.js";

export interface OperationRequest {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

interface Checked {
  /** Left out where there are errors. */
  readonly document?: DocumentNode;
  readonly errors: readonly GraphQLError[];
}

const MOST_ERRORS = 5;
const LANGUAGE_RULES = specifiedRules.map((rule) => (rule === ValuesOfCorrectTypeRule ? valueFreeLiterals : rule));
/** A syntax error ends with the token that was found; where that is a value, it is the client's. */
const FOUND_VALUE = /(String|BlockString|Int|Float) ".*"/s;

/**
 * Says why a request may not be executed: nothing where it may. The cheap checks come first, so that a hostile document
 * never reaches the dear ones, and nothing here depends on how the request came.
 */
export class Admission {
  private readonly limitRules: readonly ValidationRule[];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
    private readonly admitted: AdmittedDocuments,
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

  refusals({ query, operationName, variables }: OperationRequest): readonly GraphQLError[] {
    const known = this.admitted.find(query);
    if (known) return this.operationRefusals(known, operationName, variables ?? {});
    const { document, errors } = this.checked(query);
    if (!document) return errors;
    this.admitted.add(query, document);
    return this.operationRefusals(document, operationName, variables ?? {});
  }

  private checked(query: string): Checked {
    const source = new Source(query);
    const excess = scanTokens(source, this.limits);
    if (excess) return { errors: [excess] };
    const document = parsed(source, this.limits.maxTokens);
    if (document instanceof GraphQLError) return { errors: [document] };
    for (const rules of [this.limitRules, LANGUAGE_RULES]) {
      const errors = validate(this.schema, document, rules, { maxErrors: MOST_ERRORS, hideSuggestions: true });
      if (errors.length > 0) return { errors: errors.slice(0, MOST_ERRORS).map(asValidationError) };
    }
    return { document, errors: [] };
  }

  private operationRefusals(
    document: DocumentNode,
    operationName: string | null | undefined,
    variables: Readonly<Record<string, unknown>>,
  ): readonly GraphQLError[] {
    const operation = getOperationAST(document, operationName);
    if (!operation)
      return [
        new GraphQLError(
          operationName
            ? "The document has no operation of that name: operationName is one of those in `query`."
            : "Say by operationName which operation is meant.",
          { extensions: { code: "BAD_USER_INPUT", path: ["operationName"] } },
        ),
      ];
    const { values, errors } = checkVariables(this.schema, operation, variables, this.limits);
    if (errors.length > 0) return errors;
    const cost = new Cost(this.schema, document, values, this.limits).of(operation);
    if (cost <= this.limits.maxCost) return [];
    return [
      limitError(
        `The operation may cost ${cost}, and ${this.limits.maxCost} is allowed: each field counts as often as the lists around it may hold it. Ask for smaller pages or fewer fields.`,
      ),
    ];
  }
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
