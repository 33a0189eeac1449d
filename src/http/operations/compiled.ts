import type { GraphQLError } from "graphql";
import { type ExecutionResult, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import { CompiledExecutor, type PreparedOperation } from "../../executor/compiled-executor.js";
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
    const prepared = this.prepare(checked);
    if (!("run" in prepared))
      return OperationResponse.of({ errors: prepared.map((each) => this.formatted(each, id)) }, 400);
    const { data, errors } = await prepared.run(context(prepared.fields));
    return OperationResponse.ofJson(
      data,
      errors.map((each) => this.formatted(each, id)),
    );
  }

  async answerEvent(checked: CheckedOperation, context: MakeContext, event: unknown): Promise<ExecutionResult> {
    const prepared = this.prepare(checked);
    if (!("run" in prepared)) return { errors: prepared };
    const { data, errors } = await prepared.run(context(prepared.fields), event);
    return { ...(errors.length > 0 && { errors }), data: JSON.parse(data.toString()) as Record<string, unknown> };
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  private prepare({ document, operation, request }: CheckedOperation): PreparedOperation | readonly GraphQLError[] {
    return this.executor.prepare({ document, operation, variables: request.variables ?? {} });
  }
}
