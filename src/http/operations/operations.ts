import {
  createSourceEventStream,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from "graphql";
import pLimit from "p-limit";
import type { Logger } from "pino";
import type { Caller } from "../../caller.js";
import { DomainError } from "../../errors.js";
import type { SelectedFields } from "../../executor/selected-fields.js";
import type { TimeLimit } from "../../store/bounded-store.js";
import { withWrittenVariables } from "../../graph/written-variables.js";
import { formatError } from "../format-error.js";
import { limitError, type Limits } from "../limits/limits.js";
import { Compiled } from "./compiled.js";
import { Deadline } from "./deadline.js";
import { argumentsOf, type MakeContext, type OperationExecutor } from "./operation-executor.js";
import { type CheckedOperation, OperationGuard, type OperationRequest } from "./operation-guard.js";
import { OperationResponse } from "./operation-response.js";
import { type Execution, ResultStream } from "./result-stream.js";
import { selectionOf, type SharedAnswer, SharedAnswers } from "./shared-answers.js";

export interface OperationMetadata {
  readonly caller: Caller;
  /** The network address of the client. */
  readonly address: string;
  /** The id of the operation in errors and in the log. */
  readonly id: string;
}

/**
 * Returns a context. The limit is left out at the start of a subscription.
 * @param selected the stored fields that the answer takes; null for all.
 */
export type ContextOf = (caller: Caller, limit?: TimeLimit, selected?: SelectedFields | null) => object;

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** Returns a new context for each request and each event of a subscription. */
  readonly contextOf: ContextOf;
  readonly limits: Limits;
  readonly logger: Logger;
  /** `graphql-js`: Apollo Server and graphql-js execute operations; else a compiled plan does. */
  readonly executor?: "compiled" | "graphql-js";
}

/** A query of more fields is large: it keeps the server's one thread for some milliseconds at a time. */
const LARGE_COST = 20_000;
/** The large queries that run at the same time. Small ones wait for the turns of these alone. */
const LARGE_AT_ONCE = 2;

/**
 * Checks and runs operations of all transports, and formats their errors. graphql-js opens subscriptions; an executor
 * runs all else.
 */
export class Operations {
  private readonly guard: OperationGuard;
  private readonly slots: OperationSlots;
  private readonly sharedAnswers: SharedAnswers;
  private readonly largeTurns = pLimit(LARGE_AT_ONCE);

  private constructor(
    private readonly options: OperationsOptions,
    private readonly executor: OperationExecutor,
  ) {
    this.guard = new OperationGuard(options.schema, options.limits);
    this.slots = new OperationSlots(options.limits.maxOperationsPerCaller);
    this.sharedAnswers = new SharedAnswers(options.limits.deadlineMs);
  }

  static async open(options: OperationsOptions): Promise<Operations> {
    return new Operations(options, await openExecutor(options));
  }

  stop(): Promise<void> {
    return this.executor.stop();
  }

  /** The number of operations that `start` began and that still run. */
  get running(): number {
    return this.slots.inUse;
  }

  /** @returns the operation, or the reasons against it */
  check(request: OperationRequest): CheckedOperation | readonly GraphQLError[] {
    return this.guard.check(request);
  }

  /** Starts the time limit of an operation. */
  deadlineOf({ kind }: CheckedOperation): Deadline {
    return new Deadline(this.options.limits.deadlineMs, kind === OperationTypeNode.MUTATION);
  }

  /** Executes a query or a mutation within its time limit. */
  execute(
    checked: CheckedOperation,
    { caller, id }: Pick<OperationMetadata, "caller" | "id">,
    deadline: Deadline,
  ): Promise<OperationResponse> {
    const context: MakeContext = (selected) => this.options.contextOf(caller, deadline, selected);
    const run = () => withVariables(checked, () => this.executor.execute(checked, context, id));
    const isLarge = checked.kind === OperationTypeNode.QUERY && checked.cost > LARGE_COST;
    return this.inTime(deadline, id, () => (isLarge ? this.inTurn(deadline, run) : run()));
  }

  /**
   * Starts an operation with a stream of results. It takes one of its caller's slots.
   * @param onEnd called when the stream has ended or the client has left
   */
  start(checked: CheckedOperation, metadata: OperationMetadata, onEnd?: () => void): ResultStream | GraphQLError {
    const { maxOperationsPerCaller: max } = this.options.limits;
    const release = this.slots.acquire(`${metadata.caller.name} ${metadata.address}`);
    if (!release) return limitError(`${max} operations of this caller run already: end one of them first.`);
    const isSubscription = checked.kind === OperationTypeNode.SUBSCRIPTION;
    const execution = isSubscription ? this.subscription(checked, metadata) : this.single(checked, metadata);
    return new ResultStream(execution, () => {
      execution.cancel();
      release();
      onEnd?.();
    });
  }

  /** Runs a large query as soon as its turn comes, if somebody still waits for it then. */
  private inTurn<T>(deadline: Deadline, run: () => Promise<T>): Promise<T> {
    return this.largeTurns(() => {
      deadline.signal.throwIfAborted();
      return run();
    });
  }

  /** Returns an error as clients get it. */
  formatted(error: unknown, id: string): GraphQLFormattedError {
    return formatError(this.options.logger, error instanceof GraphQLError ? error.toJSON() : {}, error, id);
  }

  /** The execution of a query or mutation, which has one answer. */
  private single(checked: CheckedOperation, metadata: OperationMetadata): CancellableExecution {
    let deadline: Deadline | undefined;
    return {
      begin: async () => {
        deadline = this.deadlineOf(checked);
        const { result } = await this.execute(checked, metadata, deadline).finally(() => deadline?.cancel());
        return result;
      },
      answer: () => Promise.reject(new Error("Queries and mutations have no events.")),
      onSourceError: () => undefined,
      cancel: () => deadline?.cancel(),
    };
  }

  private subscription(checked: CheckedOperation, { caller, id }: OperationMetadata): CancellableExecution {
    const selection = selectionOf(checked.request, caller);
    let lastAnswer = 0;
    let awaited: SharedAnswer | undefined;
    return {
      begin: async () => {
        const begun = await createSourceEventStream(
          argumentsOf(checked, this.options.schema, this.options.contextOf(caller)),
        );
        return Symbol.asyncIterator in begun ? begun : this.formattedResult(begun, id);
      },
      answer: async (event) => {
        awaited = this.sharedAnswers.answer(event, { selection, lastAnswer }, (deadline) =>
          this.answerEvent(checked, caller, event, deadline),
        );
        lastAnswer = awaited.number;
        try {
          return this.formattedResult(await awaited.result, id);
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          return this.lateResult(error, id);
        } finally {
          awaited = undefined;
        }
      },
      onSourceError: (error) => this.options.logger.warn({ event: "subscription_end_failed", id, err: error }),
      cancel: () => awaited?.leave(),
    };
  }

  /** Loaders cache, so that each event needs new ones. */
  private async answerEvent(
    checked: CheckedOperation,
    caller: Caller,
    event: unknown,
    deadline: Deadline,
  ): Promise<ExecutionResult> {
    const context: MakeContext = (selected) => this.options.contextOf(caller, deadline, selected);
    return withVariables(checked, () => this.executor.answerEvent(checked, context, event));
  }

  /** The answer to a time-out has status 200: proxies would send the request again after most others. */
  private async inTime(
    deadline: Deadline,
    id: string,
    run: () => Promise<OperationResponse>,
  ): Promise<OperationResponse> {
    try {
      return await deadline.answer(run());
    } catch (error) {
      if (error !== deadline.signal.reason) throw error;
      return OperationResponse.of(this.lateResult(error, id));
    }
  }

  private lateResult(error: unknown, id: string): FormattedExecutionResult {
    return { errors: [this.formatted(error, id)], data: null };
  }

  /** Errors have the operation's own id. A result without any is the same object for all that share it. */
  private formattedResult(result: ExecutionResult, id: string): FormattedExecutionResult {
    if (!result.errors) return result as object;
    const { errors, ...rest } = result;
    return { errors: errors.map((each) => this.formatted(each, id)), ...rest };
  }
}

async function openExecutor(options: OperationsOptions): Promise<OperationExecutor> {
  const { schema, logger, executor } = options;
  if (executor !== "graphql-js")
    return new Compiled(schema, (error, id) => formatError(logger, error.toJSON(), error, id));
  // Loaded for those alone who ask for it: it takes memory and time of the start.
  const { Apollo } = await import("./apollo.js");
  return Apollo.start(options);
}

interface CancellableExecution extends Execution {
  /** Ends what runs: the client has left. */
  cancel(): void;
}

/** Lets literals of an operation see the numbers in its variables as written. */
const withVariables = <T>(
  { operation, request, nestsVariables }: CheckedOperation,
  run: () => Promise<T>,
): Promise<T> => {
  if (!nestsVariables) return run();
  return withWrittenVariables(
    { definitions: operation.variableDefinitions ?? [], values: request.variables ?? {} },
    run,
  );
};

/** Bounds the running operations of a caller, over all its connections. */
class OperationSlots {
  private readonly used = new Map<string, number>();
  private all = 0;

  constructor(private readonly max: number) {}

  /** The slots in use by all callers. */
  get inUse(): number {
    return this.all;
  }

  /** @returns the function that releases the slot; undefined if none is free */
  acquire(caller: string): (() => void) | undefined {
    const count = this.used.get(caller) ?? 0;
    if (count >= this.max) return undefined;
    this.used.set(caller, count + 1);
    this.all += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.release(caller);
    };
  }

  private release(caller: string): void {
    this.all -= 1;
    const remaining = this.used.get(caller)! - 1;
    if (remaining > 0) this.used.set(caller, remaining);
    else this.used.delete(caller);
  }
}
