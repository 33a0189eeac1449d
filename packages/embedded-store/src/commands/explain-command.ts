import { fieldsOf } from "../bson/value.js";
import { CommandError, notImplemented } from "../command-error.js";
import { isSortedBy, search, type Counters } from "../query/find-records.js";
import type { Plan } from "../query/plan.js";
import { drive } from "./drive.js";
import { hintedBy, parseFind, shown } from "./find-command.js";
import { plainReply } from "./reply.js";
import { Request } from "./request.js";
import type { Command } from "./store-state.js";

/** Tells of a `find` how it is carried out, and carries it out to count. */
export const explain: Command = async (outer, { engine, catalog }) => {
  outer.allow("verbosity");
  const inner = outer.document("explain");
  if (!inner) throw new CommandError("FailedToParse", "explain needs a command");
  const fields = new Map(fieldsOf(inner));
  const [name] = fields.keys();
  if (name !== "find") throw notImplemented(`explain of ${name}`);
  const database = outer.fields.get("$db")!;
  const request = new Request(new Map([...fields, ["$db", database]]), new Map());
  const { wish, skip, limit, project } = parseFind(request);
  const collection = catalog.collection(request.database, request.collection);
  const namespace = `${request.database}.${request.collection}`;
  if (!collection)
    return plainReply(answer(namespace, { stage: "EOF" }, { stage: "EOF" }, 0, { keys: 0, documents: 0 }, 0));
  const hinted = { ...wish, hint: hintedBy(request.fields.get("hint"), collection) };
  const began = Date.now();
  const { plan, results, counters } = search(engine, collection, hinted);
  let returned = 0;
  await drive(shown(results, skip, limit, project), () => ++returned > 0, outer.deadline);
  const taken = counters.takenOverBy ?? plan;
  const winning = describe(taken, !isSortedBy(taken, hinted));
  const stages = { ...winning, nReturned: returned, docsExamined: counters.documents, keysExamined: counters.keys };
  return plainReply(answer(namespace, winning, stages, returned, counters, Date.now() - began));
};

function answer(
  namespace: string,
  winningPlan: object,
  executionStages: object,
  nReturned: number,
  counters: Counters,
  millis: number,
): object {
  return {
    explainVersion: "1",
    queryPlanner: { namespace, winningPlan, rejectedPlans: [] },
    executionStats: {
      executionSuccess: true,
      nReturned,
      executionTimeMillis: millis,
      totalKeysExamined: counters.keys,
      totalDocsExamined: counters.documents,
      executionStages,
    },
  };
}

function describe(plan: Plan, isSortNeeded: boolean): object {
  if (isSortNeeded) return { stage: "SORT", inputStage: describe(plan, false) };
  if (plan.kind === "scan") return { stage: "COLLSCAN", direction: "forward" };
  if (plan.kind === "union")
    return {
      stage: "FETCH",
      inputStage: { stage: "OR", inputStages: plan.branches.map((each) => describe(each, false)) },
    };
  const { index, reverse } = plan;
  return {
    stage: "FETCH",
    inputStage: {
      stage: "IXSCAN",
      indexName: index.name,
      keyPattern: Object.fromEntries(index.fields.map(({ path, descending }) => [path.text, descending ? -1 : 1])),
      isMultiKey: index.isMultikey,
      isUnique: index.options.unique,
      isPartial: index.options.partial !== undefined,
      direction: reverse ? "backward" : "forward",
    },
  };
}
