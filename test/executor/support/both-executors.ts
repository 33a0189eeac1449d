import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { limitsOf } from "../../../src/http/limits/limits.js";
import { CheckedOperation } from "../../../src/http/operations/operation-guard.js";
import { Operations } from "../../../src/http/operations/operations.js";
import { requestContext } from "../../../src/request-context.js";
import type { TestApp } from "../../support/open-test-app.js";
import type { ExecutorAnswer } from "./same-answers.js";

export type Executor = "compiled" | "graphql-js";

/** Random queries are as large as they like: the checks before execution are tested elsewhere. */
export const WIDE = { maxCost: 200_000, maxAliases: 1_000, maxDirectives: 500, maxSameParent: 400, maxTokens: 20_000 };

/** Sends operations over one app to either executor. */
export interface BothExecutors extends AsyncDisposable {
  /** Returns null for an operation that the checks refuse. */
  ask(executor: Executor, query: string, variables: object): Promise<ExecutorAnswer | null>;
}

export async function openBothExecutors(app: TestApp): Promise<BothExecutors> {
  const { settings } = app.app;
  const open = (executor: Executor) =>
    Operations.open({
      schema: app.schema,
      contextOf: (caller, limit, selected) => requestContext(app.app, caller, limit, selected),
      limits: { ...limitsOf(settings), ...WIDE, deadlineMs: 60_000 },
      logger: pino({ level: process.env["LOG_LEVEL"] ?? "silent" }),
      executor,
    });
  const operations = { compiled: await open("compiled"), "graphql-js": await open("graphql-js") };
  return {
    ask: (executor, query, variables) => ask(operations[executor], query, variables),
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(operations).map((each) => each.stop()));
    },
  };
}

async function ask(operations: Operations, query: string, variables: object): Promise<ExecutorAnswer | null> {
  const checked = operations.check({ query, variables: variables as Record<string, unknown> });
  if (!(checked instanceof CheckedOperation)) return null;
  const deadline = operations.deadlineOf(checked);
  const metadata = { caller: { name: "local" }, id: randomUUID() };
  // The limit is not cancelled: graphql-js leaves rejections of reads that an error above has made needless to nobody.
  const response = await operations.execute(checked, metadata, deadline);
  const text = response.json.toString();
  const { errors = [] } = JSON.parse(text) as { errors?: ExecutorAnswer["errors"] };
  const before = errors.length > 0 ? `{"errors":${JSON.stringify(errors)}` : "{";
  if (!text.startsWith(before)) throw new Error(`The errors do not come first: ${text.slice(0, 200)}`);
  return { status: response.status, data: text.slice(before.length).replace(/^,/, ""), errors };
}
