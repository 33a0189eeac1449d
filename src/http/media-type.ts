import { MIMEType } from "node:util";

export const JSON_TYPE = "application/json";
export const GRAPHQL_TYPE = "application/graphql-response+json";
const EVENT_STREAM_TYPE = "text/event-stream";
const HTML_TYPE = "text/html";

/** Which of the offered types an `Accept` header prefers; the first offered where there is no header or it is all the same to it. */
function preferred(accept: string | undefined, offered: readonly string[]): string | undefined {
  if (!accept) return offered[0];
  let best: { type: string; quality: number } | undefined;
  for (const range of accept.split(",")) {
    const { essence, quality } = parse(range);
    const type = offered.find((each) => covers(essence, each));
    if (type && quality > 0 && (!best || quality > best.quality)) best = { type, quality };
  }
  return best?.type;
}

/** The type of a GraphQL answer; undefined where the client takes neither. */
export const answerType = (accept: string | undefined): string | undefined =>
  preferred(accept, [JSON_TYPE, GRAPHQL_TYPE]);

/** Whether a browser's address bar asks, and not a program. */
export const prefersPage = (accept: string | undefined): boolean =>
  preferred(accept, [JSON_TYPE, GRAPHQL_TYPE, HTML_TYPE]) === HTML_TYPE;

function parse(range: string): { essence: string; quality: number } {
  try {
    const { essence, params } = new MIMEType(range.trim());
    return { essence, quality: Number(params.get("q") ?? 1) };
  } catch {
    return { essence: "", quality: 0 }; // no media range: it covers nothing
  }
}

/** Whether server-sent events are what is asked for, above JSON. */
export const prefersEventStream = (accept: string | undefined): boolean =>
  preferred(accept, [JSON_TYPE, GRAPHQL_TYPE, EVENT_STREAM_TYPE]) === EVENT_STREAM_TYPE;

/** Whether server-sent events would do, if nothing else did. */
export const acceptsEventStream = (accept: string | undefined): boolean =>
  preferred(accept, [EVENT_STREAM_TYPE]) !== undefined;

/** Whether a client speaks of server-sent events at all. */
export const namesEventStream = (accept = ""): boolean =>
  accept.split(",").some((range) => {
    const { essence, quality } = parse(range);
    return essence === EVENT_STREAM_TYPE && quality > 0;
  });

const covers = (range: string, type: string): boolean =>
  range === type || range === "*/*" || (range.endsWith("/*") && type.startsWith(range.slice(0, -1)));
