import { createGraphiQLFetcher, type Fetcher, type Observable } from "@graphiql/toolkit";
import { type DocumentNode, type ExecutionResult, getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";
import { tokenHeaders } from "./access.js";

/** Returns GraphiQL's fetcher: HTTP for queries and mutations, a WebSocket for subscriptions. */
export function createFetcher(): Fetcher {
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    // This server answers in one piece.
    enableIncrementalDelivery: false,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...tokenHeaders(), ...lowerCase(init?.headers) } }),
    wsClient: createClient({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      // A function, since the token may change between sockets.
      connectionParams: tokenHeaders,
    }),
  });
  return (params, options) => {
    const operation = operationIn(params.query, params.operationName);
    const result = fetcher(
      { ...params, operationName: operation.name },
      { ...options, documentAST: operation.document },
    );
    // An answer over HTTP is one result.
    return operation.isSubscription ? result : cancellable(Promise.resolve(result as Promise<ExecutionResult>));
  };
}

/** Headers of the editor override the remembered token, in any case of letters. */
const lowerCase = (headers: object = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

/**
 * Returns the operation of a document, found by its text alone.
 *
 * After a change of tabs, GraphiQL names the operation of the tab before for a moment, and takes that tab's document to
 * see if it is a subscription.
 */
function operationIn(query: string, named?: string | null) {
  const document = parsed(query);
  // The server explains a syntax error.
  if (!document) return { name: named, document, isSubscription: false };
  const operation = getOperationAST(document, named) ?? getOperationAST(document);
  return { name: operation?.name?.value, document, isSubscription: operation?.operation === "subscription" };
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query);
  } catch {
    return undefined;
  }
}

interface Observer<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * Wraps an answer so that GraphiQL can drop it.
 *
 * GraphiQL shows the answer of a promise in the tab that is open when it comes.
 */
function cancellable<T>(answer: Promise<T>): Observable<T> {
  const subscribe = (observer: Observer<T>) => {
    let isSubscribed = true;
    answer.then(
      (value) => {
        if (!isSubscribed) return;
        observer.next(value);
        observer.complete();
      },
      (error: unknown) => isSubscribed && observer.error(error),
    );
    return { unsubscribe: () => void (isSubscribed = false) };
  };
  // GraphiQL passes an observer. The type allows separate functions, too.
  return { subscribe } as Observable<T>;
}
