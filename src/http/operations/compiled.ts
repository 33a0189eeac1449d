import type { GraphQLError } from "graphql";
import { type ExecutionResult, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import { CompiledExecutor } from "../../executor/compiled-executor.js";
import type { MakeContext, OperationExecutor } from "./operation-executor.js";
import type { CheckedOperation } from "./operation-guard.js";
import { OperationResponse } from "./operation-response.js";

/** Runs operations by plans of their own. The answer comes as JSON. */
export class Compiled implements OperationExecutor {
  private readonly executor: CompiledExecutor;

  constructor(
    schema: GraphQLSchema,
    private readonly formatted: (error: GraphQLError, id: string) => GraphQLFormattedError,
  ) {
    this.executor = new CompiledExecutor(schema);
  }

  async execute(checked: CheckedOperation, context: MakeContext, id: string): Promise<OperationResponse> {
    const prepared = this.executor.prepare(checked);
    const { json, errors } = await prepared.run(context(prepared.fields));
    return OperationResponse.ofJson(
      json,
      errors.map((each) => this.formatted(each, id)),
    );
  }

  async answerEvent(checked: CheckedOperation, context: MakeContext, event: unknown): Promise<ExecutionResult> {
    const prepared = this.executor.prepare(checked);
    const { json, errors } = await prepared.run(context(prepared.fields), event);
    return { ...(errors.length > 0 && { errors }), ...(JSON.parse(json.toString()) as ExecutionResult) };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
