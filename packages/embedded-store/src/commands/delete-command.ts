import { exactNumber } from "../bson/exact-number.js";
import { fieldsOf, type Value } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { parseFilter } from "../query/parse-filter.js";
import { applyToAll } from "./apply-to-all.js";
import { applyToOne } from "./apply-to-one.js";
import { hintedBy } from "./find-command.js";
import { reply } from "./reply.js";
import type { Request } from "./request.js";
import type { Command, StoreState } from "./store-state.js";
import { refusal, writeErrors, type WriteFailure } from "./write-errors.js";

export const remove: Command = async (request, state) => {
  request.allow("deletes", "ordered");
  const isOrdered = request.flag("ordered", true);
  const failures: WriteFailure[] = [];
  let count = 0;
  for (const [index, statement] of request.list("deletes").entries()) {
    try {
      count += await carryOut(statement, request, state);
    } catch (error) {
      failures.push({ index, error: refusal(error) });
      if (isOrdered) break;
    }
  }
  return reply((writer) => {
    writer.int32("n", count);
    writeErrors(writer, failures);
  });
};

async function carryOut(statement: Value, request: Request, { engine, catalog }: StoreState): Promise<number> {
  const given = new Map(fieldsOf(statement));
  for (const name of given.keys())
    if (!["q", "limit", "hint"].includes(name)) throw notImplemented(`the option ${name} of delete`);
  const [filter, limit] = [given.get("q"), given.get("limit")];
  if (!filter?.isObject || !limit)
    throw new CommandError("FailedToParse", "BSON field 'delete.deletes.q' is missing but a required field", 40414);
  const most = Number(exactNumber(limit));
  if (most !== 0 && most !== 1)
    throw new CommandError("FailedToParse", `The limit field in delete objects must be 0 or 1. Got ${most}`);
  const condition = parseFilter(filter);
  const collection = catalog.collection(request.database, request.collection);
  if (!collection) return 0;
  const wish = { condition, sort: [], hint: hintedBy(given.get("hint"), collection) };
  let count = 0;
  if (most === 0) {
    await applyToAll(engine, collection, wish, request.deadline, ({ record, document }) => {
      collection.remove(record, document);
      count += 1;
    });
    return count;
  }
  await applyToOne(
    engine,
    () => catalog.collection(request.database, request.collection),
    wish,
    (target) => {
      if (!target) return;
      collection.remove(target.record, target.document);
      count = 1;
    },
  );
  return count;
}
