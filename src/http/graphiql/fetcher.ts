import { createGraphiQLFetcher, type Fetcher, type Observable } from "@graphiql/toolkit";
import { type DocumentNode, type ExecutionResult, getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";
import { tokenHeaders } from "./access.js";

/**
 * The fetcher of GraphiQL: it asks the server that the page came from, by HTTP, and by WebSocket for what goes on and
 * on.
 */
export function createFetcher(): Fetcher {
  const fetcher = createGraphiQLFetcher({
    url: "/graphql",
    // An answer of this server is one piece.
    enableIncrementalDelivery: false,
    fetch: (url, init) => fetch(url, { ...init, headers: { ...tokenHeaders(), ...lowerCase(init?.headers) } }),
    wsClient: createClient({
      url: `${location.origin.replace(/^http/, "ws")}/graphql`,
      // Read whenever a socket is opened: the token may be another by then.
      connectionParams: tokenHeaders,
    }),
  });
  return (params, options) => {
    const operation = operationIn(params.query, params.operationName);
    const result = fetcher(
      { ...params, operationName: operation.name },
      { ...options, documentAST: operation.document },
    );
    // By HTTP the answer is one result.
    return operation.isSubscription ? result : cancellable(Promise.resolve(result as Promise<ExecutionResult>));
  };
}

/** Headers of the editor go before the remembered token, in any case of letters. */
const lowerCase = (headers: object = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

/**
 * The operation of a text, found by the text alone: for a moment after a change of tabs GraphiQL still names the
 * operation of the tab before, and judges by that tab's document whether it is a subscription.
 */
function operationIn(query: string, named?: string | null) {
  const document = parsed(query);
  // The server says what is wrong with a text that is no GraphQL.
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
 * An answer that GraphiQL leaves if it is stopped or its tab is left before the answer has come. That of a promise would
 * be shown and kept in whichever tab is open by then.
 */
function cancellable<T>(answer: Promise<T>): Observable<T> {
  const subscribe = (observer: Observer<T>) => {
    let isWanted = true;
    answer.then(
      (value) => {
        if (!isWanted) return;
        observer.next(value);
        observer.complete();
      },
      (error: unknown) => isWanted && observer.error(error),
    );
    return { unsubscribe: () => void (isWanted = false) };
  };
  // GraphiQL subscribes by one object alone; the type allows for functions one by one too.
  return { subscribe } as Observable<T>;
}
