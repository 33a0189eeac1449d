import { type ASTNode, GraphQLError } from "graphql";
import type { Settings } from "../../settings.js";

/** Refuses a request before it is executed. */
export const limitError = (message: string, nodes?: ASTNode, path?: readonly (string | number)[]): GraphQLError =>
  new GraphQLError(message, { nodes, extensions: { code: "LIMIT_EXCEEDED", ...(path && { path }) } });

/** The bounds of one request. */
export interface Limits {
  /** The nesting of fields. */
  readonly maxDepth: number;
  /** The nesting below `__schema` and `__type`. The standard introspection query has 15. */
  readonly maxIntrospectionDepth: number;
  /** The largest page of a connection. */
  readonly maxPage: number;
  /** The fields, each times the page sizes around it. */
  readonly maxCost: number;
  readonly maxTokens: number;
  /** The nesting of brackets of all kinds: the parser recurses at each. */
  readonly maxNesting: number;
  readonly maxAliases: number;
  /** The fields of one response name in a document. */
  readonly maxSameField: number;
  /** The same for fields with selections. */
  readonly maxSameParent: number;
  readonly maxRootFields: number;
  readonly maxMutationFields: number;
  /** The fields of a mutation that take a secret. */
  readonly maxSecretFields: number;
  readonly maxDirectives: number;
  readonly maxDirectivesPerLocation: number;
  readonly maxOperations: number;
  readonly maxFragments: number;
  readonly maxListItems: number;
  readonly maxListItemsInAll: number;
  /** The time for an operation. */
  readonly deadlineMs: number;
  readonly maxBodyBytes: number;
  /** The time for the head of a request. */
  readonly headMs: number;
  /** The time for the body of a GraphQL request. */
  readonly bodyMs: number;
  /** The connections of one address that have not shown the token. */
  readonly maxStrangers: number;
  /** The operations of one WebSocket at the same time. */
  readonly maxOperationsPerSocket: number;
  /** The operations of one caller and address at the same time, over WebSockets and event streams. */
  readonly maxOperationsPerCaller: number;
  /** The size of a WebSocket message. */
  readonly maxMessageBytes: number;
  /** The time for `connection_init` of a WebSocket. */
  readonly initMs: number;
  /** The pause between pings. A peer that takes nothing between two of them is cut off. */
  readonly keepAliveMs: number;
}

const COST_PER_PAGE_ROW = 500;
/** The brackets around a field beside its level: arguments, input objects, the operation. */
const NESTING_BEYOND_DEPTH = 20;

type LimitSetting =
  "ROCAS_MAX_DEPTH" | "ROCAS_MAX_PAGE" | "ROCAS_MAX_OPERATIONS" | "ROCAS_MAX_STRANGERS" | "ROCAS_DEADLINE_MS";

/** Returns the limits: constants, and those of the settings. */
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
