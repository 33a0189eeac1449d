import {
  createSourceEventStream,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  parse,
} from "graphql";
import type { App } from "../../src/app.js";
import { requestContext } from "../../src/request-context.js";
import { type Answer, told } from "./told.js";

const asTold = ({ data, errors }: ExecutionResult): Answer =>
  JSON.parse(JSON.stringify({ data, errors: errors?.map(told) })) as Answer;

interface Operation {
  readonly source: string;
  readonly variableValues?: Record<string, unknown> | undefined;
  readonly caller?: string | undefined;
}

/**
 * The answers of a subscription as the transports give them: each with a context of its own, and an error at the end
 * where the source fails. `return` ends it, also while an answer is awaited.
 */
export function subscribed(app: App, schema: GraphQLSchema, operation: Operation): Subscribed {
  const { source, variableValues, caller = "local" } = operation;
  const document = parse(source);
  const args = (): ExecutionArgs => ({
    schema,
    document,
    variableValues,
    contextValue: requestContext(app, { name: caller }),
  });
  return new Subscribed(
    async () => createSourceEventStream(args()),
    async (event) => execute({ ...args(), rootValue: event }),
  );
}

const toGraphQLError = (error: unknown): GraphQLError =>
  error instanceof GraphQLError ? error : new GraphQLError("", { originalError: error as Error });

type Source = AsyncIterable<unknown> | ExecutionResult;

export class Subscribed implements AsyncIterableIterator<Answer> {
  private source: Promise<Source> | undefined;
  private iterator: AsyncIterator<unknown> | undefined;
  private isOver = false;

  constructor(
    private readonly begin: () => Promise<Source>,
    private readonly answer: (event: unknown) => Promise<ExecutionResult>,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Resolves when it has begun: what happens from then on is heard. */
  async begun(): Promise<this> {
    await (this.source ??= this.begin());
    return this;
  }

  /** The next so many, fewer where it ends. */
  async take(count: number): Promise<Answer[]> {
    const taken: Answer[] = [];
    while (taken.length < count) {
      const { done, value } = await this.next();
      if (done) break;
      taken.push(value);
    }
    return taken;
  }

  async next(): Promise<IteratorResult<Answer, undefined>> {
    if (this.isOver) return { done: true, value: undefined };
    const source = await (this.source ??= this.begin());
    if (!(Symbol.asyncIterator in source)) return this.last(source);
    this.iterator ??= source[Symbol.asyncIterator]();
    try {
      const { done, value } = await this.iterator.next();
      if (done) return { done: true, value: undefined };
      return { done: false, value: asTold(await this.answer(value)) };
    } catch (error) {
      return this.last({ errors: [toGraphQLError(error)] });
    }
  }

  async return(): Promise<IteratorResult<Answer, undefined>> {
    this.isOver = true;
    const source = await this.source;
    if (source && Symbol.asyncIterator in source) {
      this.iterator ??= source[Symbol.asyncIterator]();
      await this.iterator.return?.();
    }
    return { done: true, value: undefined };
  }

  private last(result: ExecutionResult): IteratorResult<Answer, undefined> {
    this.isOver = true;
    return { done: false, value: asTold(result) };
  }
}
