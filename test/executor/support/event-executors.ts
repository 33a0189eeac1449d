import { pino } from "pino";
import { formatError } from "../../../src/http/format-error.js";
import { limitsOf } from "../../../src/http/limits/limits.js";
import { Apollo } from "../../../src/http/operations/apollo.js";
import { Compiled } from "../../../src/http/operations/compiled.js";
import { CheckedOperation, OperationGuard } from "../../../src/http/operations/operation-guard.js";
import type { OperationExecutor } from "../../../src/http/operations/operation-executor.js";
import { requestContext } from "../../../src/request-context.js";
import type { TestApp } from "../../support/open-test-app.js";
import { type Executor, WIDE } from "./both-executors.js";
import type { ExecutorAnswer } from "./same-answers.js";

/** Answers events of subscriptions by either executor. */
export interface EventExecutors extends AsyncDisposable {
  /** Returns null for a subscription that the checks refuse. */
  answer(executor: Executor, query: string, variables: object, event: unknown): Promise<ExecutorAnswer | null>;
}

export async function openEventExecutors({ app, schema }: TestApp): Promise<EventExecutors> {
  const limits = { ...limitsOf(app.settings), ...WIDE };
  const logger = pino({ level: "silent" });
  const formatted = (error: { toJSON(): object }) => formatError(logger, error.toJSON(), error, "id");
  const guard = new OperationGuard(schema, limits);
  const executors: Readonly<Record<Executor, OperationExecutor>> = {
    compiled: new Compiled(schema, formatted),
    "graphql-js": await Apollo.start({ schema, limits, logger }),
  };
  return {
    async answer(executor, query, variables, event) {
      const checked = guard.check({ query, variables: variables as Record<string, unknown> });
      if (!(checked instanceof CheckedOperation)) return null;
      const contextOf = (selected: Parameters<typeof requestContext>[3]) =>
        requestContext(app, { name: "local" }, undefined, selected);
      const { errors = [], ...rest } = await executors[executor].answerEvent(checked, contextOf, event);
      return { status: 200, data: JSON.stringify(rest).slice(1), errors: errors.map(formatted) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(executors).map((each) => each.stop()));
    },
  };
}
