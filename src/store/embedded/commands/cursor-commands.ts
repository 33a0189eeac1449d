import { ElementType } from "../bson/element-type.js";
import { CommandError } from "../command-error.js";
import { reply } from "./reply.js";
import type { Command } from "./store-state.js";

export const getMore: Command = (request, { cursors }) => {
  request.allow("collection", "batchSize");
  const id = request.fields.get("getMore")!;
  if (id.type !== ElementType.INT64) throw new CommandError("TypeMismatch", "Field 'getMore' must be of type long");
  const namespace = `${request.database}.${request.text("collection")}`;
  return cursors.more(
    id.bytes.readBigInt64LE(id.start),
    namespace,
    request.number("batchSize") || undefined,
    request.deadline,
  );
};

export const killCursors: Command = (request, { cursors }) => {
  request.allow("cursors");
  const ids = request.list("cursors").map((id) => id.bytes.readBigInt64LE(id.start));
  const killed = ids.filter((id) => cursors.kill(id));
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
