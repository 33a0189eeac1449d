import { ElementType } from "../bson/element-type.js";
import { CommandError } from "../command-error.js";
import { reply } from "./reply.js";
import type { Command } from "./store-state.js";

/** For so long MongoDB waits where the client does not say. */
const WAIT_MS = 1000;

export const getMore: Command = (request, { cursors, streams }) => {
  request.allow("collection", "batchSize");
  const id = request.fields.get("getMore")!;
  if (id.type !== ElementType.INT64) throw new CommandError("TypeMismatch", "Field 'getMore' must be of type long");
  const cursor = id.bytes.readBigInt64LE(id.start);
  const namespace = `${request.database}.${request.text("collection")}`;
  const batchSize = request.number("batchSize") || undefined;
  if (!streams.has(cursor)) return cursors.more(cursor, namespace, batchSize, request.deadline);
  const waitMs = request.number("maxTimeMS") ?? WAIT_MS;
  return streams.more(cursor, namespace, batchSize ?? Infinity, waitMs, request.client);
};

export const killCursors: Command = (request, { cursors, streams }) => {
  request.allow("cursors");
  const ids = request.list("cursors").map((id) => id.bytes.readBigInt64LE(id.start));
  const killed = ids.filter((id) => streams.kill(id) || cursors.kill(id));
  const lists = {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
  return reply((writer) => {
    for (const [name, list] of Object.entries(lists)) {
      const begun = writer.beginField(ElementType.ARRAY, name);
      list.forEach((id, at) => writer.int64(String(at), id));
      writer.end(begun);
    }
  });
};
