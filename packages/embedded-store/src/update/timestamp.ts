import { timestampValue } from "../bson/make-value.js";
import type { Value } from "../bson/value.js";

let last = { seconds: 0, count: 0 };

/** BSON's timestamp: seconds and a count within the second, so that no two are alike. */
export function timestampNow(): Value {
  const seconds = Math.floor(Date.now() / 1000);
  last = { seconds, count: seconds === last.seconds ? last.count + 1 : 1 };
  return timestampValue((BigInt(last.seconds) << 32n) | BigInt(last.count));
}
