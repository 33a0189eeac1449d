import { randomUUID } from "node:crypto";
import {
  createSourceEventStream,
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
} from "graphql";
import type { Logger } from "pino";
import type { Caller } from "../../caller.js";
import { knowingVariables } from "../../graph/written-variables.js";
import type { TimeLimit } from "../../time-limit.js";
import { Admission, type OperationRequest } from "../admission.js";
import { AdmittedDocuments } from "../admitted-documents.js";
import { formatError } from "../format-error.js";
import { limitError } from "../limits/limit-error.js";
import type { Limits } from "../limits/limits.js";
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

/** What begins a subscription has no limit: it lasts as long as somebody takes its events. */
export type ContextOf = (caller: Caller, limit?: TimeLimit) => object;

export interface OperationsOptions {
  readonly schema: GraphQLSchema;
  /** What resolvers get, made anew for every request and for every event of a subscription. */
  readonly contextOf: ContextOf;
  readonly limits: Limits;
  readonly logger: Logger;
}

/** What is the same for an operation by whichever transport it comes: what is let in, how it runs, what is said of errors. */
export class Operations {
  /** Those that passed every check. */
  readonly documents = new AdmittedDocuments();
  private readonly admission: Admission;
  private readonly slots: OperationSlots;
  private readonly ids = new WeakMap<object, string>();
  /** Apollo Server's `formatError`. */
  readonly format: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

  constructor(private readonly options: OperationsOptions) {
    this.admission = new Admission(options.schema, options.limits, this.documents);
    this.slots = new OperationSlots(options.limits.maxOperationsPerCaller);
    this.format = formatError(options.logger, (error) => this.ids.get(error as object) ?? randomUUID());
  }

  /** How many run that were started. */
  get running(): number {
    return this.slots.inUse;
  }

  /** Why a request may not be executed: nothing where it may. */
  refusals(request: OperationRequest): readonly GraphQLError[] {
    return this.admission.refusals(request);
  }

  /** Of a request that was not refused. */
  documentOf({ query }: OperationRequest): DocumentNode {
    return this.documents.find(query) ?? parse(query, { maxTokens: this.options.limits.maxTokens });
  }

  /** Of a request that was not refused. */
  kindOf(request: OperationRequest): OperationTypeNode {
    return getOperationAST(this.documentOf(request), request.operationName)!.operation;
  }

  /**
   * @param onEnd called when its results have been taken, or nobody wants them any more.
   * @returns what the operation answers, or why it is not executed.
   */
  start(request: OperationRequest, asker: Asker, onEnd?: () => void): Results | readonly GraphQLError[] {
    const { maxOperationsPerCaller: most } = this.options.limits;
    const giveBack = this.slots.take(`${asker.caller.name} ${asker.address}`);
    if (!giveBack) return [limitError(`${most} operations of this caller run already: end one of them first.`)];
    const refusals = this.refusals(request);
    if (refusals.length === 0)
      return this.run(request, asker, () => {
        giveBack();
        onEnd?.();
      });
    giveBack();
    return refusals;
  }

  /** Of a request that is not refused, from now on. */
  deadlineOf(request: OperationRequest): Deadline {
    return new Deadline(this.options.limits.deadlineMs, this.kindOf(request) === OperationTypeNode.MUTATION);
  }

  private run(request: OperationRequest, { caller, id }: Asker, onEnd: () => void): Results {
    const { schema, contextOf, logger } = this.options;
    const document = this.documentOf(request);
    const isSubscription = this.kindOf(request) === OperationTypeNode.SUBSCRIPTION;
    let deadline: Deadline | undefined;
    const args = (limit?: TimeLimit): ExecutionArgs => ({
      schema,
      document,
      operationName: request.operationName,
      variableValues: request.variables,
      contextValue: contextOf(caller, limit),
    });
    const answer = async (rootValue?: unknown): Promise<ExecutionResult> => {
      deadline = this.deadlineOf(request);
      try {
        const limited = { ...args(deadline), rootValue };
        return await deadline.answer(this.knowingVariables(request, () => execute(limited)));
      } catch (error) {
        if (error !== deadline.signal.reason) throw error;
        return { errors: [error as GraphQLError], data: null };
      } finally {
        deadline.leave();
      }
    };
    return new Results(
      {
        begin: async () => (isSubscription ? createSourceEventStream(args()) : answer()),
        // Loaders remember: each event is read with those of its own.
        answer,
        format: ({ errors, ...rest }: ExecutionResult) => ({
          ...(errors && { errors: errors.map((each) => this.formatted(each, id)) }),
          ...rest,
        }),
        onSourceError: (error) => logger.warn({ event: "subscription_end_failed", id, err: error }),
      },
      () => {
        deadline?.leave();
        onEnd();
      },
    );
  }

  /** Executes a request that was not refused so that its literals can tell how the numbers in its variables were written. */
  knowingVariables<T>(request: OperationRequest, run: () => T): T {
    const operation = getOperationAST(this.documentOf(request), request.operationName);
    return knowingVariables({ definitions: operation?.variableDefinitions ?? [], given: request.variables ?? {} }, run);
  }

  /** All that a client is told of an error. */
  formatted(error: unknown, id: string): GraphQLFormattedError {
    this.name(error, id);
    return this.format(error instanceof GraphQLError ? error.toJSON() : { message: "" }, error);
  }

  /** The id under which an error is told and logged. */
  name(error: unknown, id: string): void {
    if (typeof error === "object" && error !== null) this.ids.set(error, id);
  }
}
