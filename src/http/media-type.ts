import Negotiator from "negotiator";

// They have their parameter, so that a client may ask for it.
export const JSON_TYPE = "application/json; charset=utf-8";
const GRAPHQL_TYPE = "application/graphql-response+json; charset=utf-8";
export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";
const HTML_TYPE = "text/html; charset=utf-8";

// An empty header counts as none.
const negotiator = (accept: string | undefined) => new Negotiator({ headers: { accept: accept || undefined } });

/** Returns the content type of a GraphQL answer; undefined if the client accepts none. */
export const answerType = (accept: string | undefined): string | undefined =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE]);

/** True if a browser navigates, rather than a program. */
export const prefersPage = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, HTML_TYPE]) === HTML_TYPE;

/** True if the client prefers server-sent events to JSON. */
export const prefersEventStream = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, EVENT_STREAM_TYPE]) === EVENT_STREAM_TYPE;

/** True if the client accepts server-sent events. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  negotiator(accept).mediaType([EVENT_STREAM_TYPE]) !== undefined;

/** True if the client names server-sent events, not only a wildcard. */
export const namesEventStream = (accept: string | undefined): boolean =>
  negotiator(accept)
    .mediaTypes()
    .some((type) => type.toLowerCase() === "text/event-stream");
