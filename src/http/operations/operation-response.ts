import type { FormattedExecutionResult, GraphQLFormattedError } from "graphql";

/** The answer to a query or a mutation. HTTP sends its text, streams its value. */
export class OperationResponse {
  private constructor(
    /** The HTTP status. */
    readonly status: number,
    private readonly write: () => string | Buffer,
    private readonly read: () => FormattedExecutionResult,
  ) {}

  static of(result: FormattedExecutionResult, status = 200): OperationResponse {
    return new OperationResponse(
      status,
      () => JSON.stringify(result),
      () => result,
    );
  }

  /** @param data in JSON. */
  static ofJson(data: Buffer, errors: readonly GraphQLFormattedError[]): OperationResponse {
    const begin = errors.length > 0 ? `{"errors":${JSON.stringify(errors)},"data":` : '{"data":';
    return new OperationResponse(
      200,
      () => Buffer.concat([Buffer.from(begin), data, Buffer.from("}")]),
      () => ({ ...(errors.length > 0 && { errors }), data: JSON.parse(data.toString()) as Record<string, unknown> }),
    );
  }

  /** The answer in JSON. */
  get json(): string | Buffer {
    return this.write();
  }

  get result(): FormattedExecutionResult {
    return this.read();
  }
}
