import type { IncomingMessage } from "node:http";
import { tokenChecker } from "../http/access-control.js";
import { isReadableName } from "../names.js";

export interface PredictTarget {
  readonly proj: string;
  readonly name: string;
  /** The query with its question mark as sent, or empty. */
  readonly query: string;
}

const PREFIX = "/predict/";
const MAX_URL_CHARACTERS = 8_192;

/**
 * Returns the two names in the path, or null.
 *
 * Nothing is normalised, and the names are only compared with those of the table.
 */
export function predictTarget(url: string): PredictTarget | null {
  if (!url.startsWith(PREFIX) || url.length > MAX_URL_CHARACTERS || !/^[\x21-\x7e]*$/.test(url)) return null;
  const mark = url.indexOf("?");
  const path = mark < 0 ? url : url.slice(0, mark);
  const segments = path.slice(PREFIX.length).split("/").map(decoded);
  const [proj, name] = segments;
  if (segments.length !== 2 || !proj || !name) return null;
  return { proj, name, query: mark < 0 ? "" : url.slice(mark) };
}

/** Returns the values of `?model_version=`. */
export function requestedVersions({ query }: PredictTarget): readonly string[] {
  return new URLSearchParams(query).getAll("model_version");
}

function decoded(segment: string): string | null {
  try {
    const name = decodeURIComponent(segment);
    return isReadableName(name) ? name : null;
  } catch {
    return null;
  }
}

/** True if a proxy and a replica could read the request differently. Node's parser refuses most such. */
export function isAmbiguous({ url = "", rawHeaders, headers, httpVersion }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((each, at) => at % 2 === 0 && each.toLowerCase() === "host").length;
  const old = httpVersion === "1.0";
  const misframed = old && headers["transfer-encoding"] !== undefined;
  return !url.startsWith("/") || misframed || (hosts !== 1 && !(hosts === 0 && old));
}

export interface PredictTokens {
  /** ROCAS_TOKEN, or empty. */
  readonly token: string;
  /** ROCAS_PREDICT_TOKEN, or empty. */
  readonly predictToken: string;
}

/** True if the header carries one of the tokens, or none is set. */
export function mayPredict(authorization: string | undefined, { token, predictToken }: PredictTokens): boolean {
  const accepted = [token, predictToken].filter((each) => each !== "");
  // All are compared, so that the time does not show which one matched.
  return accepted.length === 0 || accepted.map((each) => tokenChecker(each)(authorization)).includes(true);
}
