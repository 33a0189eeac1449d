import { ElementType } from "../bson/element-type.js";
import { elementsOf, type Value } from "../bson/value.js";
import { EVERYTHING, type Condition } from "../query/condition.js";
import { FieldPath, anyAt } from "../query/field-path.js";
import { countAll, countExactly, search } from "../query/find-records.js";
import { keyOf } from "../query/match.js";
import { parseFilter } from "../query/parse-filter.js";
import type { Collection } from "../engine/collection.js";
import type { Deadline } from "./deadline.js";
import { drive } from "./drive.js";
import { hintedBy } from "./find-command.js";
import { reply } from "./reply.js";
import type { Command, StoreState } from "./store-state.js";

export const count: Command = async (request, state) => {
  request.allow("query", "limit", "skip", "hint", "fields");
  const filter = request.document("query");
  const collection = state.catalog.collection(request.database, request.collection);
  const found = collection
    ? await countOf(
        state,
        collection,
        filter ? parseFilter(filter) : EVERYTHING,
        request.deadline,
        request.fields.get("hint"),
      )
    : 0;
  const skipped = Math.max(found - (request.number("skip") ?? 0), 0);
  const limit = Math.abs(request.number("limit") ?? 0);
  return reply((writer) => writer.int32("n", limit > 0 ? Math.min(limit, skipped) : skipped));
};

/** From the index alone, where that decides. */
export async function countOf(
  { engine }: StoreState,
  collection: Collection,
  condition: Condition,
  deadline: Deadline,
  hint?: Value,
): Promise<number> {
  if (condition.kind === "and" && condition.parts.length === 0) return countAll(engine, collection);
  const { plan, results } = search(engine, collection, { condition, sort: [], hint: hintedBy(hint, collection) });
  const exact = countExactly(engine, plan);
  if (exact !== undefined) return exact;
  let found = 0;
  await drive(results, () => ++found > 0, deadline);
  return found;
}

export const distinct: Command = async (request, { engine, catalog }) => {
  request.allow("key", "query", "hint");
  const filter = request.document("query");
  const path = new FieldPath(request.text("key"));
  const collection = catalog.collection(request.database, request.collection);
  const values = new Map<string, Value>();
  const add = (value: Value): void => {
    const key = keyOf(value);
    if (!values.has(key)) values.set(key, value.copied());
  };
  if (collection) {
    const { results } = search(engine, collection, { condition: filter ? parseFilter(filter) : EVERYTHING, sort: [] });
    await drive(
      results,
      ({ document }) => {
        anyAt(document, path, (value) => {
          if (value?.isArray) elementsOf(value).forEach(add);
          else if (value) add(value);
          return false;
        });
        return true;
      },
      request.deadline,
    );
  }
  return reply((writer) => {
    const list = writer.beginField(ElementType.ARRAY, "values");
    [...values].sort(([a], [b]) => (a < b ? -1 : 1)).forEach(([, value], at) => writer.value(String(at), value));
    writer.end(list);
  });
};
