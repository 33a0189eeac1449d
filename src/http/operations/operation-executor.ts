import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from "graphql";
import type { SelectedFields } from "../../executor/selected-fields.js";
import type { CheckedOperation } from "./operation-guard.js";
import type { OperationResponse } from "./operation-response.js";

/** Makes the context of one execution. @param selected the stored fields that the answer takes; null for all. */
export type MakeContext = (selected: SelectedFields | null) => object;

/** Executes operations that passed the guard. */
export interface OperationExecutor {
  /** @param id the id of the operation in errors and in the log */
  execute(checked: CheckedOperation, context: MakeContext, id: string): Promise<OperationResponse>;
  /** Executes a subscription for one event. Its errors are not formatted yet. */
  answerEvent(checked: CheckedOperation, context: MakeContext, event: unknown): Promise<ExecutionResult>;
  stop(): Promise<void>;
}

/** Returns an operation as graphql-js takes it. */
export const argumentsOf = (
  { document, request: { operationName, variables } }: CheckedOperation,
  schema: GraphQLSchema,
  contextValue: object,
): ExecutionArgs => ({ schema, document, operationName, variableValues: variables, contextValue });
