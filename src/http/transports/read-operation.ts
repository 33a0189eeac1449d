import type { IncomingMessage } from "node:http";
import { OperationTypeNode } from "graphql";
import type { Caller } from "../../caller.js";
import { DomainError } from "../../errors.js";
import { parseJson } from "../../graph/parse-json.js";
import { HttpError } from "../http-error.js";
import { isJson } from "../media-type.js";
import type { CheckedOperation, OperationRequest } from "../operations/operation-guard.js";
import { type BodyLimits, readJson } from "../request-body.js";

/** Facts about a request beside its content. */
export interface RequestMetadata {
  /** The id of the request in errors and in the log. */
  readonly id: string;
  readonly caller: Caller;
  /** The query string with its question mark. */
  readonly search: string;
}

/** Headers that pages of other origins need a preflight for. */
const PREFLIGHTED = ["content-type", "apollo-require-preflight", "x-apollo-operation-name"];

const bad = (message: string): HttpError => new HttpError(400, "BAD_USER_INPUT", message);

/**
 * Reads the operation of a GET or a POST.
 *
 * The one rule against forged requests from other origins: a POST is JSON, and a GET has such a header or comes from an
 * allowed page.
 * @throws HttpError if there is none
 */
export async function readOperation(
  request: IncomingMessage,
  search: string,
  limits: BodyLimits,
): Promise<OperationRequest> {
  const { method, headers } = request;
  if (method !== "GET" && method !== "POST")
    throw new HttpError(405, "BAD_USER_INPUT", "GraphQL is asked by POST or GET.", { allow: "GET, POST" });
  if (method === "POST") return asOperation(await readParameters(request, limits));
  const parameters = parametersOf(search);
  refuseHash(parameters);
  // Pages of any origin may set other types than JSON.
  if (headers["content-type"] && !isJson(headers["content-type"]))
    throw new HttpError(415, "BAD_USER_INPUT", "A GET comes without a Content-Type, or with application/json.");
  if (!PREFLIGHTED.some((name) => headers[name]) && !isFromKnownPage(request))
    throw bad(`A GET request carries one of the headers ${PREFLIGHTED.slice(1).join(", ")}, or comes as POST.`);
  return asOperation(parameters);
}

/** @throws HttpError for a mutation by GET, since any link could send one */
export function refuseWriteByGet({ method }: IncomingMessage, { kind }: CheckedOperation): void {
  if (method === "GET" && kind === OperationTypeNode.MUTATION)
    throw new HttpError(405, "BAD_USER_INPUT", "A mutation comes by POST.", { allow: "POST" });
}

/** True if the Origin check passed, or the browser names this origin. */
const isFromKnownPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined || headers["sec-fetch-site"] === "same-origin";

async function readParameters(request: IncomingMessage, limits: BodyLimits): Promise<Record<string, unknown>> {
  if (!isJson(request.headers["content-type"]))
    throw new HttpError(415, "BAD_USER_INPUT", "The body is JSON in UTF-8: send it as application/json.");
  const body = await readJson(request, limits).catch(asUnkept);
  if (Array.isArray(body)) throw bad("One operation comes in one request: the body is a JSON object, no list.");
  if (!isObject(body))
    throw bad("The body is a JSON object with `query` and, perhaps, `variables` and `operationName`.");
  return body;
}

/** Rethrows an error of JSON that cannot be stored, with its path inside of the variables. */
function asUnkept(error: unknown): never {
  if (!(error instanceof DomainError)) throw error;
  const { code, message, inputPath: path } = error;
  throw new DomainError(code, message, path?.[0] === "variables" ? path.slice(1) : path);
}

function asOperation(parameters: Record<string, unknown>): OperationRequest {
  refuseHash(parameters);
  const { query, operationName, variables, extensions } = parameters;
  if (typeof query !== "string" || query.trim() === "") throw bad("`query` is a GraphQL document, and not empty.");
  if (!isLeftOut(operationName) && typeof operationName !== "string") throw bad("`operationName` is a string.");
  if (!isLeftOut(variables) && !isObject(variables)) throw bad("`variables` is a JSON object.");
  if (!isLeftOut(extensions) && !isObject(extensions)) throw bad("`extensions` is a JSON object.");
  return { query, operationName: operationName || null, variables: variables ?? null };
}

/**
 * Refuses persisted queries.
 *
 * Clients send a hash first, and the document once the server keeps no hashes. Some read the message, others the code.
 * The status 200 keeps them from their handling of failed requests.
 */
function refuseHash({ query, documentId, extensions }: Record<string, unknown>): void {
  if (!isLeftOut(query)) return;
  if (!isLeftOut(documentId) || (isObject(extensions) && !isLeftOut(extensions["persistedQuery"])))
    throw new HttpError(200, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
}

function parametersOf(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search);
  const once = (name: string): string | undefined => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw bad(`The parameter ${name} came twice: send it once.`);
    return values[0];
  };
  return {
    query: once("query"),
    documentId: once("documentId"),
    operationName: once("operationName"),
    variables: json(once("variables"), "variables"),
    extensions: json(once("extensions"), "extensions"),
  };
}

function json(text: string | undefined, name: string): unknown {
  try {
    return text ? parseJson(text) : undefined;
  } catch (error) {
    if (error instanceof DomainError) return asUnkept(error);
    throw bad(`The parameter ${name} is no well-formed JSON.`);
  }
}

const isLeftOut = (value: unknown): value is null | undefined => value === null || value === undefined;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
