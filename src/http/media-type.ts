import { MIMEType } from "node:util";
import Negotiator from "negotiator";
import { remembered } from "./remembered.js";

// They have their parameter, so that a client may ask for it.
export const JSON_TYPE = "application/json; charset=utf-8";
const GRAPHQL_TYPE = "application/graphql-response+json; charset=utf-8";
export const EVENT_STREAM_TYPE = "text/event-stream; charset=utf-8";
const HTML_TYPE = "text/html; charset=utf-8";

// An empty header counts as none.
const negotiator = (accept: string) => new Negotiator({ headers: { accept: accept || undefined } });

/** Returns the content type of a GraphQL answer; undefined if the client accepts none. */
export const answerType = remembered((accept) => negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE]));

/** True if a browser navigates, rather than a program. */
export const prefersPage = remembered(
  (accept) => negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, HTML_TYPE]) === HTML_TYPE,
);

/** True if the client prefers server-sent events to JSON. */
export const prefersEventStream = remembered(
  (accept) => negotiator(accept).mediaType([JSON_TYPE, GRAPHQL_TYPE, EVENT_STREAM_TYPE]) === EVENT_STREAM_TYPE,
);

/** True if the client accepts server-sent events. */
export const acceptsEventStream = remembered(
  (accept) => negotiator(accept).mediaType([EVENT_STREAM_TYPE]) !== undefined,
);

/** True if the client names server-sent events, not only a wildcard. */
export const namesEventStream = remembered((accept) =>
  negotiator(accept)
    .mediaTypes()
    .some((type) => type.toLowerCase() === "text/event-stream"),
);

/** True if a content type is JSON in UTF-8. */
export const isJson = remembered((contentType) => {
  try {
    const { essence, params } = new MIMEType(contentType);
    return essence === "application/json" && /^utf-?8$/i.test(params.get("charset") ?? "utf-8");
  } catch {
    return false;
  }
});
