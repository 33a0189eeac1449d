import { ApolloServerErrorCode } from "@apollo/server/errors";
import { GraphQLError, type GraphQLFormattedError, Kind } from "graphql";
import type { Logger } from "pino";
import { ERROR_CODES } from "../errors.js";
import { DiskFull, filesUnavailable, isDiskFull } from "../machine-faults.js";
import { UNAVAILABLE_CODES } from "../store/store-errors.js";
import { domainErrorOf, type ErrorPath } from "./input-errors.js";

/** The parts of an error that clients see. */
export interface PublicError {
  readonly code: string;
  readonly message: string;
  /** The path of the wrong input. */
  readonly path?: ErrorPath;
}

const MAX_MESSAGE_CHARACTERS = 512;
const OUT_OF_TIME = "This took longer than a request may take. Ask for less at a time.";
const STORE_UNAVAILABLE = "The database does not answer. Try again in a moment.";

/** Codes with messages for clients, and the codes of `ERROR_CODES` in their place. */
const TRUSTED = new Map<unknown, string>([
  ...Object.keys(ERROR_CODES).map((code) => [code, code] as const),
  [ApolloServerErrorCode.GRAPHQL_PARSE_FAILED, "GRAPHQL_PARSE_FAILED"],
  [ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED, "GRAPHQL_VALIDATION_FAILED"],
  [ApolloServerErrorCode.BAD_REQUEST, "BAD_USER_INPUT"],
  [ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE, "BAD_USER_INPUT"],
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND, "BAD_USER_INPUT"],
  [ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "BAD_USER_INPUT"],
]);

/** Returns the parts of an error that clients may see. An error that was not written for clients is masked. */
export function publicErrorOf(error: unknown): PublicError {
  const domain = domainErrorOf(error);
  if (domain) return { code: domain.code, message: domain.message, path: domain.inputPath };
  const root = rootOf(error);
  if (isDiskFull(root)) return { code: "LIMIT_EXCEEDED", message: new DiskFull().message };
  const unavailable = filesUnavailable(root);
  if (unavailable) return { code: unavailable.code, message: unavailable.message };
  if (isStoreUnavailable(root)) return { code: "STORE_UNAVAILABLE", message: STORE_UNAVAILABLE };
  if (isTimeLimitReached(root)) return { code: "LIMIT_EXCEEDED", message: OUT_OF_TIME };
  if (!(root instanceof GraphQLError)) return { code: "INTERNAL", message: "internal error" };
  if (isInvalidInput(root))
    return {
      code: "BAD_USER_INPUT",
      message: root.message.replace(/ (has|got) invalid value.*/s, " has an invalid value."),
    };
  const code = TRUSTED.get(root.extensions["code"]);
  if (!code || code === "INTERNAL") return { code: "INTERNAL", message: "internal error" };
  return { code, message: root.message, path: root.extensions["path"] as ErrorPath | undefined };
}

/** Returns an error as clients get it. A failure of the server is logged here, once, under the same id. */
export function formatError(
  logger: Logger,
  { locations, path: field }: Pick<GraphQLFormattedError, "locations" | "path">,
  error: unknown,
  id: string,
): GraphQLFormattedError {
  const { code, message, path } = publicErrorOf(error);
  logFailure(logger, code, { id, field, err: rootOf(error) });
  return {
    message: message.length > MAX_MESSAGE_CHARACTERS ? `${message.slice(0, MAX_MESSAGE_CHARACTERS)}…` : message,
    ...(locations && { locations }),
    ...(field && { path: field }),
    extensions: { code, ...(path && { path }), id },
  };
}

/** Logs a failure of the server. Errors of clients are not logged. */
export function logFailure(
  logger: Logger,
  code: string,
  fields: { readonly id: string; readonly err: unknown; readonly field?: unknown },
): void {
  if (code === "INTERNAL") logger.error({ event: "request_failed", ...fields });
  if (code === "STORE_UNAVAILABLE") logger.warn({ event: "store_unavailable", ...fields });
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

// Execution alone judges some inputs, as a JSON literal with a variable inside. graphql-js then prints the literal.
const isInvalidInput = ({ message, nodes }: GraphQLError): boolean =>
  /^(Argument|Variable) "[^"]*" (has|got) invalid value/.test(message) &&
  (nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION || nodes?.[0]?.kind.endsWith("Value") === true);

/** The names, by the driver and mongoose, of errors of a database that does not answer. */
const UNAVAILABLE_NAMES = new Set([
  "MongoNetworkError",
  "MongoNetworkTimeoutError",
  "MongoServerSelectionError",
  "MongooseServerSelectionError",
  "MongoNotConnectedError",
  "MongoTopologyClosedError",
  "MongoClientClosedError",
  "MongoPoolClosedError",
  "MongoPoolClearedError",
  "PoolClearedOnNetworkError",
  "MongoWaitQueueTimeoutError",
  "MongoOperationTimeoutError",
]);

/** True if an error or its cause says that the database cannot be reached. */
function isStoreUnavailable(error: unknown): boolean {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (UNAVAILABLE_NAMES.has(each.name)) return true;
    if (each.name === "MongoServerError" && UNAVAILABLE_CODES.has(Number((each as { code?: unknown }).code)))
      return true;
  }
  return false;
}

const MAX_TIME_EXPIRED = 50;

/** True if the store ended a read after its time limit. */
const isTimeLimitReached = (error: unknown): boolean =>
  error instanceof Error &&
  error.name === "MongoServerError" &&
  (error as { readonly code?: unknown }).code === MAX_TIME_EXPIRED;
