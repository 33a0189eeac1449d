import type { IncomingMessage } from "node:http";
import { parseJson } from "../graph/parse-json.js";
import type { OperationRequest } from "./admission.js";
import { type BodyLimits, readJson, unkept } from "./read-json.js";
import { HttpRefusal } from "./refusal.js";

/** Headers that no page of another origin can set without asking first. */
const PREFLIGHTED = ["content-type", "apollo-require-preflight", "x-apollo-operation-name"];

const bad = (message: string): HttpRefusal => new HttpRefusal(400, "BAD_USER_INPUT", message);

/**
 * The operation that a request asks for, by GET or POST.
 * @param letsPagesGet whether a GET may come without such a header from a page that is known to be let in.
 * @throws HttpRefusal where it is none.
 */
export async function readOperation(
  request: IncomingMessage,
  search: string,
  limits: BodyLimits,
  letsPagesGet = false,
): Promise<OperationRequest> {
  const { method, headers } = request;
  if (method !== "GET" && method !== "POST")
    throw new HttpRefusal(405, "BAD_USER_INPUT", "GraphQL is asked by POST or GET.", { allow: "GET, POST" });
  if (method === "POST") return asOperation(await readJson(request, limits));
  if (!PREFLIGHTED.some((name) => headers[name]) && !(letsPagesGet && isFromKnownPage(request)))
    throw bad(`A GET request carries one of the headers ${PREFLIGHTED.slice(1).join(", ")}, or comes as POST.`);
  return asOperation(parametersOf(search));
}

/** The Origin check has let the page in, or the browser vouches that it is one of ours. */
const isFromKnownPage = ({ headers }: IncomingMessage): boolean =>
  headers.origin !== undefined || headers["sec-fetch-site"] === "same-origin";

function asOperation({ query, operationName, variables, extensions }: Record<string, unknown>): OperationRequest {
  if (typeof query !== "string" || query.trim() === "") throw bad("`query` is a GraphQL document, and not empty.");
  if (!isLeftOut(operationName) && typeof operationName !== "string") throw bad("`operationName` is a string.");
  if (!isLeftOut(variables) && !isObject(variables)) throw bad("`variables` is a JSON object.");
  if (!isLeftOut(extensions) && !isObject(extensions)) throw bad("`extensions` is a JSON object.");
  return { query, operationName: operationName || null, variables: variables ?? null };
}

function parametersOf(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search);
  const once = (name: string): string | undefined => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw bad(`The parameter ${name} comes once.`);
    return values[0];
  };
  return {
    query: once("query"),
    operationName: once("operationName"),
    variables: json(once("variables"), "variables"),
    extensions: json(once("extensions"), "extensions"),
  };
}

function json(text: string | undefined, name: string): unknown {
  try {
    return text ? parseJson(text) : undefined;
  } catch (error) {
    throw unkept(error) ?? bad(`The parameter ${name} is no well-formed JSON.`);
  }
}

const isLeftOut = (value: unknown): value is null | undefined => value === null || value === undefined;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
