import { type ASTNode, GraphQLError } from "graphql";
import type { Settings } from "../../settings.js";

/** The request is refused before it is executed, whatever it asks for. */
export const limitError = (message: string, nodes?: ASTNode, path?: readonly (string | number)[]): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: "LIMIT_EXCEEDED", ...(path && { path }) } });

/** The bounds of one request. */
export interface Limits {
  /** Levels of fields. */
  readonly maxDepth: number;
  /** Levels of fields below `__schema` and `__type`: the standard introspection query has 15. */
  readonly maxIntrospectionDepth: number;
  /** Largest page of a connection. */
  readonly maxPage: number;
  /** Fields, each times the page sizes around it. */
  readonly maxCost: number;
  readonly maxTokens: number;
  /** Brackets inside brackets, of any kind: the parser recurses at each. */
  readonly maxNesting: number;
  readonly maxAliases: number;
  /** Fields of one response name, anywhere in the document. */
  readonly maxSameField: number;
  /** The same, of fields that have fields of their own. */
  readonly maxSameParent: number;
  readonly maxRootFields: number;
  readonly maxMutationFields: number;
  /** Fields of a mutation that take a secret. */
  readonly maxSecretFields: number;
  readonly maxDirectives: number;
  readonly maxDirectivesPerLocation: number;
  readonly maxOperations: number;
  readonly maxFragments: number;
  readonly maxListItems: number;
  readonly maxListItemsInAll: number;
  /** For an operation to be executed. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  /** For the head of a request to come in. */
  readonly headMs: number;
  /** For the body of a GraphQL request to come in. */
  readonly bodyMs: number;
  /** Connections of one address that have not shown the token. */
  readonly maxStrangers: number;
  /** Of one WebSocket at the same time. */
  readonly maxOperationsPerSocket: number;
  /** Of one caller at one address at the same time, over WebSockets and event streams together. */
  readonly maxOperationsPerCaller: number;
  /** Of one WebSocket message. */
  readonly maxMessageBytes: number;
  /** For a WebSocket to say who it is. */
  readonly initMs: number;
  /** Between signs of life on a line that is open all the time; a peer that takes nothing for so long is cut off. */
  readonly keepAliveMs: number;
}

const COST_PER_PAGE_ROW = 500;
/** The brackets that a field needs beside its own level: arguments, nested input objects and the operation. */
const NESTING_BEYOND_DEPTH = 20;

type LimitSetting =
  "ROCAS_MAX_DEPTH" | "ROCAS_MAX_PAGE" | "ROCAS_MAX_OPERATIONS" | "ROCAS_MAX_STRANGERS" | "ROCAS_DEADLINE_MS";

/** The limits as shipped, with those that the operator can move. */
export function limitsOf({
  ROCAS_MAX_DEPTH: maxDepth,
  ROCAS_MAX_PAGE: maxPage,
  ROCAS_MAX_OPERATIONS: maxOperationsPerCaller,
  ROCAS_MAX_STRANGERS: maxStrangers,
  ROCAS_DEADLINE_MS: deadlineMs,
}: Pick<Settings, LimitSetting>): Limits {
  return {
    maxDepth,
    maxIntrospectionDepth: 15,
    maxPage,
    maxCost: COST_PER_PAGE_ROW * maxPage,
    maxTokens: 2_000,
    maxNesting: Math.max(50, maxDepth + NESTING_BEYOND_DEPTH),
    maxAliases: 30,
    maxSameField: 400,
    maxSameParent: 150,
    maxRootFields: 20,
    maxMutationFields: 5,
    maxSecretFields: 1,
    maxDirectives: 50,
    maxDirectivesPerLocation: 10,
    maxOperations: 10,
    maxFragments: 60,
    maxListItems: 250,
    maxListItemsInAll: 1_000,
    deadlineMs,
    maxBodyBytes: 256 * 1024,
    headMs: 10_000,
    bodyMs: 30_000,
    maxStrangers,
    maxOperationsPerSocket: 20,
    maxOperationsPerCaller,
    maxMessageBytes: 64 * 1024,
    initMs: 3_000,
    keepAliveMs: 12_000,
  };
}
