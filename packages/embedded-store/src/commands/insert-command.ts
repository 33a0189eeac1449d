import { CommandError } from "../command-error.js";
import { prepared } from "../update/update-document.js";
import { reply } from "./reply.js";
import type { Command } from "./store-state.js";
import { MOST_STATEMENTS, refusal, writeErrors, type WriteFailure } from "./write-errors.js";

export const insert: Command = async (request, { engine, catalog }) => {
  request.allow("documents", "ordered", "bypassDocumentValidation");
  const documents = request.list("documents");
  const isOrdered = request.flag("ordered", true);
  if (documents.length === 0 || documents.length > MOST_STATEMENTS) {
    throw new CommandError(
      "InvalidLength",
      `Write batch sizes must be between 1 and ${MOST_STATEMENTS}. Got ${documents.length} operations.`,
    );
  }
  const outcome = await engine.write(() => {
    const failures: WriteFailure[] = [];
    let count = 0;
    const collection = catalog.orCreate(request.database, request.collection);
    for (const [index, document] of documents.entries()) {
      try {
        collection.insert(prepared(document));
        count += 1;
      } catch (error) {
        failures.push({ index, error: refusal(error) });
        if (isOrdered) break;
      }
    }
    return { failures, count };
  });
  return reply((writer) => {
    writer.int32("n", outcome.count);
    writeErrors(writer, outcome.failures);
  });
};
