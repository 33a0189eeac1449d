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
import { knowingVariables } from "../../graph/written-variables.js";
import { Admission, type Admitted, type OperationRequest } from "../admission.js";
import { formatError } from "../format-error.js";
import { limitError } from "../limits/limit-error.js";
import type { Limits } from "../limits/limits.js";
import { type Answered, Apollo } from "./apollo.js";
import { Deadline } from "./deadline.js";
import { OperationSlots } from "./operation-slots.js";
import { Results } from "./results.js";

export interface Asker {
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
  private readonly admission: Admission;
  private readonly slots: OperationSlots;

  private constructor(
    private readonly options: OperationsOptions,
    private readonly apollo: Apollo,
  ) {
    this.admission = new Admission(options.schema, options.limits);
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
  admit(request: OperationRequest): Admitted | readonly GraphQLError[] {
    return this.admission.admit(request);
  }

  /** The time that an operation has from now on. */
  deadlineOf({ kind }: Admitted): Deadline {
    return new Deadline(this.options.limits.deadlineMs, kind === OperationTypeNode.MUTATION);
  }

  /** Executes a query or a mutation. An answer that does not come in time says so. */
  execute(admitted: Admitted, { caller, id }: Pick<Asker, "caller" | "id">, deadline: Deadline): Promise<Answered> {
    const context = this.options.contextOf(caller, deadline);
    return this.inTime(deadline, id, () => knowing(admitted, () => this.apollo.execute(admitted, context, id)));
  }

  /**
   * Starts an operation whose results are taken one after the other; it holds a slot of its caller's as long.
   * @param onEnd called when its results have been taken, or nobody wants them any more.
   */
  start(admitted: Admitted, asker: Asker, onEnd?: () => void): Results | GraphQLError {
    const { maxOperationsPerCaller: most } = this.options.limits;
    const giveBack = this.slots.take(`${asker.caller.name} ${asker.address}`);
    if (!giveBack) return limitError(`${most} operations of this caller run already: end one of them first.`);
    let deadline: Deadline | undefined;
    const limited = async (run: (deadline: Deadline) => Promise<Answered>): Promise<FormattedExecutionResult> => {
      deadline = this.deadlineOf(admitted);
      const { result } = await run(deadline).finally(() => deadline?.leave());
      return result;
    };
    const isSubscription = admitted.kind === OperationTypeNode.SUBSCRIPTION;
    return new Results(
      {
        begin: () =>
          isSubscription ? this.subscribe(admitted, asker) : limited((each) => this.execute(admitted, asker, each)),
        answer: (event) => limited((each) => this.answerEvent(admitted, asker, event, each)),
        onSourceError: (error) =>
          this.options.logger.warn({ event: "subscription_end_failed", id: asker.id, err: error }),
      },
      () => {
        deadline?.leave();
        giveBack();
        onEnd?.();
      },
    );
  }

  /** All that a client is told of an error. */
  formatted(error: unknown, id: string): GraphQLFormattedError {
    return formatError(this.options.logger, error instanceof GraphQLError ? error.toJSON() : {}, error, id);
  }

  private async subscribe(
    admitted: Admitted,
    { caller, id }: Asker,
  ): Promise<AsyncIterable<unknown> | FormattedExecutionResult> {
    const begun = await createSourceEventStream(argumentsOf(admitted, this.options, this.options.contextOf(caller)));
    return Symbol.asyncIterator in begun ? begun : this.formattedResult(begun, id);
  }

  /** Loaders remember: each event is read with those of its own. */
  private answerEvent(
    admitted: Admitted,
    { caller, id }: Asker,
    event: unknown,
    deadline: Deadline,
  ): Promise<Answered> {
    const args = argumentsOf(admitted, this.options, this.options.contextOf(caller, deadline));
    return this.inTime(deadline, id, async () => {
      const result = await knowing(admitted, () => execute({ ...args, rootValue: event }));
      return { status: 200, result: this.formattedResult(result, id) };
    });
  }

  /** Execution had begun: the answer is one like any other, and another status would make proxies send again what was too much. */
  private async inTime(deadline: Deadline, id: string, run: () => Promise<Answered>): Promise<Answered> {
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
  { document, request: { operationName, variables } }: Admitted,
  { schema }: OperationsOptions,
  contextValue: object,
): ExecutionArgs => ({ schema, document, operationName, variableValues: variables, contextValue });

/** Runs an operation so that its literals can tell how the numbers in its variables were written. */
const knowing = <T>({ operation, request }: Admitted, run: () => T): T =>
  knowingVariables({ definitions: operation.variableDefinitions ?? [], given: request.variables ?? {} }, run);
