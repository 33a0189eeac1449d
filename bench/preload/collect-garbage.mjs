// Collects all garbage at any message of the parent, and answers with the bytes that this process holds then.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

process.on("message", () => {
  collect();
  const { rss: resident, heapUsed, external } = process.memoryUsage();
  process.send({ resident, used: heapUsed + external });
});
// Workers of the process load this file too, without a channel. It does not keep the process running.
process.channel?.unref();
