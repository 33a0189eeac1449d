import { wholeSpace } from "../engine/key-space.js";
import type { Engine } from "../engine/engine.js";
import { PAUSE, type Paused } from "../query/paused.js";
import { drive } from "./drive.js";
import { plainReply } from "./reply.js";
import type { Command } from "./store-state.js";

const BREATH = 128;

/** How many documents a collection has, and their bytes: what MongoDB says too, in fewer words. */
export const collStats: Command = async (request, { engine, catalog }) => {
  request.allow();
  const { database, collection: name } = request;
  const collection = catalog.collection(database, name);
  let [count, size] = [0, 0];
  const add = (bytes: number): boolean => {
    count += 1;
    size += bytes;
    return true;
  };
  if (collection) await drive(sizesIn(engine, collection.space), add, request.deadline);
  return plainReply({ ns: `${database}.${name}`, count, size });
};

function* sizesIn(engine: Engine, space: number): Paused<number> {
  let seen = 0;
  for (const { value } of engine.entries(wholeSpace(space), false, true)) {
    yield value!.end - value!.start;
    seen += 1;
    if (seen % BREATH === 0) yield PAUSE;
  }
}
