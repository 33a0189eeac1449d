import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from "graphql";
import type { Logger } from "pino";
import type { Caller, TimeLimit } from "../../caller.js";
import { knowingVariables } from "../../graph/written-numbers.js";
import { formatError } from "../format-error.js";
import { limitError, type Limits } from "../limits/limits.js";
import { Apollo, type OperationResponse } from "./apollo.js";
import { Deadline } from "./deadline.js";
import { type CheckedOperation, OperationGuard, type OperationRequest } from "./operation-guard.js";
import { ResultStream } from "./result-stream.js";

export interface OperationMetadata {
  readonly caller: Caller;
  /** Of the network, where the connection comes from. */
  readonly address: string;
  /** Of the operation: its errors are told and logged under it. */
  readonly id: string;
}

/** The start of a subscription has no limit: it lasts as long as its events are taken. */
export type ContextOf = (caller: Caller, limit?: TimeLimit) => object;

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** The context of resolvers, made anew for every request and for every event of a subscription. */
  readonly contextOf: ContextOf;
  readonly limits: Limits;
  readonly logger: Logger;
}

/**
 * The one way of an operation, by whichever transport it comes: what is let in, how it is executed, what is said of its
 * errors. Queries and mutations run in Apollo Server, which runs no subscriptions; those run in graphql-js.
 */
export class Operations {
  private readonly guard: OperationGuard;
  private readonly slots: OperationSlots;

  private constructor(
    private readonly options: OperationsOptions,
    private readonly apollo: Apollo,
  ) {
    this.guard = new OperationGuard(options.schema, options.limits);
    this.slots = new OperationSlots(options.limits.maxOperationsPerCaller);
  }

  static async open(options: OperationsOptions): Promise<Operations> {
    return new Operations(options, await Apollo.start(options));
  }

  stop(): Promise<void> {
    return this.apollo.stop();
  }

  /** The number of operations begun by `start` that still run. */
  get running(): number {
    return this.slots.inUse;
  }

  /** @returns the operation, or why it may not be executed. */
  check(request: OperationRequest): CheckedOperation | readonly GraphQLError[] {
    return this.guard.check(request);
  }

  /** The time that an operation has from now on. */
  deadlineOf({ kind }: CheckedOperation): Deadline {
    return new Deadline(this.options.limits.deadlineMs, kind === OperationTypeNode.MUTATION);
  }

  /** Executes a query or a mutation. An answer that does not come in time says so. */
  execute(
    checked: CheckedOperation,
    { caller, id }: Pick<OperationMetadata, "caller" | "id">,
    deadline: Deadline,
  ): Promise<OperationResponse> {
    const context = this.options.contextOf(caller, deadline);
    return this.inTime(deadline, id, () => knowing(checked, () => this.apollo.execute(checked, context, id)));
  }

  /**
   * Starts an operation whose results are taken one after the other; it holds a slot of its caller's as long.
   * @param onEnd called when its results have been taken, or nobody wants them any more.
   */
  start(checked: CheckedOperation, metadata: OperationMetadata, onEnd?: () => void): ResultStream | GraphQLError {
    const { maxOperationsPerCaller: most } = this.options.limits;
    const release = this.slots.acquire(`${metadata.caller.name} ${metadata.address}`);
    if (!release) return limitError(`${most} operations of this caller run already: end one of them first.`);
    let deadline: Deadline | undefined;
    const limited = async (
      run: (deadline: Deadline) => Promise<OperationResponse>,
    ): Promise<FormattedExecutionResult> => {
      deadline = this.deadlineOf(checked);
      const { result } = await run(deadline).finally(() => deadline?.leave());
      return result;
    };
    const isSubscription = checked.kind === OperationTypeNode.SUBSCRIPTION;
    return new ResultStream(
      {
        begin: () =>
          isSubscription ? this.subscribe(checked, metadata) : limited((each) => this.execute(checked, metadata, each)),
        answer: (event) => limited((each) => this.answerEvent(checked, metadata, event, each)),
        onSourceError: (error) =>
          this.options.logger.warn({ event: "subscription_end_failed", id: metadata.id, err: error }),
      },
      () => {
        deadline?.leave();
        release();
        onEnd?.();
      },
    );
  }

  /** All that a client is told of an error. */
  formatted(error: unknown, id: string): GraphQLFormattedError {
    return formatError(this.options.logger, error instanceof GraphQLError ? error.toJSON() : {}, error, id);
  }

  private async subscribe(
    checked: CheckedOperation,
    { caller, id }: OperationMetadata,
  ): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
    const begun = await createSourceEventStream(argumentsOf(checked, this.options, this.options.contextOf(caller)));
    return Symbol.asyncIterator in begun ? begun : this.formattedResult(begun, id);
  }

  /** Loaders remember: each event is read with those of its own. */
  private answerEvent(
    checked: CheckedOperation,
    { caller, id }: OperationMetadata,
    event: unknown,
    deadline: Deadline,
  ): Promise<OperationResponse> {
    const args = argumentsOf(checked, this.options, this.options.contextOf(caller, deadline));
    return this.inTime(deadline, id, async () => {
      const result = await knowing(checked, () => execute({ ...args, rootValue: event }));
      return { status: 200, result: this.formattedResult(result, id) };
    });
  }

  /** Execution had begun: the answer is one like any other, and another status would make proxies send again what was too much. */
  private async inTime(
    deadline: Deadline,
    id: string,
    run: () => Promise<OperationResponse>,
  ): Promise<OperationResponse> {
    try {
      return await deadline.answer(run());
    } catch (error) {
      if (error !== deadline.signal.reason) throw error;
      return { status: 200, result: { errors: [this.formatted(error, id)], data: null } };
    }
  }

  private formattedResult({ errors, ...rest }: ExecutionResult, id: string): FormattedExecutionResult {
    return { ...(errors && { errors: errors.map((each) => this.formatted(each, id)) }), ...rest };
  }
}

const argumentsOf = (
  { document, request: { operationName, variables } }: CheckedOperation,
  { schema }: OperationsOptions,
  contextValue: object,
): ExecutionArgs => ({ schema, document, operationName, variableValues: variables, contextValue });

/** Runs an operation so that its literals can tell how the numbers in its variables were written. */
const knowing = <T>({ operation, request }: CheckedOperation, run: () => T): T =>
  knowingVariables({ definitions: operation.variableDefinitions ?? [], given: request.variables ?? {} }, run);

/** Bounds the operations that one caller has running at the same time, whatever connections they came by. */
class OperationSlots {
  private readonly taken = new Map<string, number>();
  private all = 0;

  constructor(private readonly most: number) {}

  /** Of all callers together. */
  get inUse(): number {
    return this.all;
  }

  /** @returns what gives the slot back; undefined if the caller has no more. */
  acquire(caller: string): (() => void) | undefined {
    const count = this.taken.get(caller) ?? 0;
    if (count >= this.most) return undefined;
    this.taken.set(caller, count + 1);
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
    const left = this.taken.get(caller)! - 1;
    if (left > 0) this.taken.set(caller, left);
    else this.taken.delete(caller);
  }
}
