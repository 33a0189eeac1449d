import { ElementType } from "../bson/element-type.js";
import { Value } from "../bson/value.js";

let last = { seconds: 0, count: 0 };

/** BSON's timestamp: seconds and a count within the second, so that no two are alike. */
export function timestampNow(): Value {
  const seconds = Math.floor(Date.now() / 1000);
  last = { seconds, count: seconds === last.seconds ? last.count + 1 : 1 };
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32LE(last.count, 0);
  bytes.writeUInt32LE(last.seconds, 4);
  return new Value(ElementType.TIMESTAMP, bytes, 0, 8);
}
