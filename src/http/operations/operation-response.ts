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

  /** @param json the answer without its errors: an object. */
  static ofJson(json: Buffer, errors: readonly GraphQLFormattedError[]): OperationResponse {
    const begin = `{"errors":${JSON.stringify(errors)},`;
    return new OperationResponse(
      200,
      () => (errors.length > 0 ? Buffer.concat([Buffer.from(begin), json.subarray(1)]) : json),
      () => ({ ...(errors.length > 0 && { errors }), ...(JSON.parse(json.toString()) as FormattedExecutionResult) }),
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
