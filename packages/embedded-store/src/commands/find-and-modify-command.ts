import type { BsonWriter } from "../bson/bson-writer.js";
import { ElementType } from "../bson/element-type.js";
import { documentValue, fieldOf, type Value } from "../bson/value.js";
import { CommandError } from "../command-error.js";
import { EVERYTHING } from "../query/condition.js";
import { parseFilter } from "../query/parse-filter.js";
import { parseProjection } from "../query/projection.js";
import { parseSort } from "../query/sort.js";
import { parseUpdate } from "../update/parse-update.js";
import { updated, upserted } from "../update/update-document.js";
import { applyToOne, type Target } from "./apply-to-one.js";
import { hintedBy } from "./find-command.js";
import { reply } from "./reply.js";
import type { Command } from "./store-state.js";
import { replaceWith } from "./update-command.js";

const ID = Buffer.from("_id");

interface Outcome {
  readonly value?: Value;
  readonly existed: boolean;
  readonly upserted?: Value;
}

export const findAndModify: Command = async (request, state) => {
  request.allow("query", "sort", "remove", "update", "new", "fields", "upsert", "hint", "bypassDocumentValidation");
  const { database, collection: name } = request;
  const { engine, catalog } = state;
  const filter = request.document("query");
  const given = request.fields.get("update");
  const [isRemoval, isNewWanted, isUpsert] = [request.flag("remove"), request.flag("new"), request.flag("upsert")];
  if (isRemoval === (given !== undefined))
    throw new CommandError(
      "FailedToParse",
      isRemoval ? "Cannot specify both an update and remove=true" : "Either an update or remove=true must be specified",
    );
  if (isRemoval && isUpsert) throw new CommandError("FailedToParse", "Cannot specify both upsert=true and remove=true");
  if (isRemoval && isNewWanted)
    throw new CommandError(
      "FailedToParse",
      "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document",
    );
  const change = given && parseUpdate(given);
  const project = parseProjection(request.document("fields"));
  const condition = filter ? parseFilter(filter, isUpsert ? "upsert" : "find") : EVERYTHING;
  const existing = catalog.collection(database, name);
  const wish = {
    condition,
    sort: parseSort(request.document("sort")),
    hint: existing && hintedBy(request.fields.get("hint"), existing),
  };

  const apply = (target: Target | undefined): Outcome => {
    if (!target) {
      if (!isUpsert || !change) return { existed: false };
      const document = upserted(condition, change);
      catalog.orCreate(database, name).insert(document);
      const value = documentValue(document);
      return { existed: false, upserted: fieldOf(value, ID)!, ...(isNewWanted && { value }) };
    }
    const { record, document } = target;
    if (!change) {
      catalog.collection(database, name)!.remove(record, document);
      return { existed: true, value: document };
    }
    const after = updated(document, change);
    replaceWith(state, database, name, record, document, after);
    return { existed: true, value: isNewWanted ? documentValue(after) : document };
  };

  const outcome = await applyToOne(engine, () => catalog.collection(database, name), wish, apply);
  return reply((writer) => {
    writeLastError(writer, outcome, isRemoval);
    if (outcome.value) writer.value("value", project ? project(outcome.value) : outcome.value);
    else writer.null("value");
  });
};

function writeLastError(writer: BsonWriter, { existed, upserted }: Outcome, isRemoval: boolean): void {
  const begun = writer.beginField(ElementType.OBJECT, "lastErrorObject");
  writer.int32("n", existed || upserted ? 1 : 0);
  if (!isRemoval) writer.bool("updatedExisting", existed);
  if (upserted) writer.value("upserted", upserted);
  writer.end(begun);
}
