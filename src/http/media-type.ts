import Negotiator from "negotiator";

// With their parameter: a client that asks for it by `charset=utf-8` is offered what it asks for.
export const JSON_TYPE = "application/json; charset=utf-8";
const GRAPHQL_TYPE = "application/graphql-response+json; charset=utf-8";
export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";
const HTML_TYPE = "text/html; charset=utf-8";

// A header without a word counts as none.
const negotiator = (accept: string | undefined) => new Negotiator({ headers: { accept: accept || undefined } });

/** Returns the content type of a GraphQL answer; undefined if the client takes neither. */
export const answerType = (accept: string | undefined): string | undefined =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE]);

/** Returns true if a browser's address bar asks, and not a program. */
export const prefersPage = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, HTML_TYPE]) === HTML_TYPE;

/** Returns true if server-sent events are asked for, above JSON. */
export const prefersEventStream = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, EVENT_STREAM_TYPE]) === EVENT_STREAM_TYPE;

/** Returns true if server-sent events would do, if nothing else did. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([EVENT_STREAM_TYPE]) !== undefined;

/** Returns true if a client names server-sent events, and not only by a wildcard. */
export const namesEventStream = (accept: string | undefined): boolean =>
  negotiator(accept)
    .mediaTypes()
    .some((type) => type.toLowerCase() === "text/event-stream");
