import { AsyncLocalStorage } from "node:async_hooks";
import { randomUUID } from "node:crypto";
import { ApolloServer } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type DocumentNode, execute, type ExecutionResult, type GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import { formatError } from "../format-error.js";
import type { Limits } from "../limits/limits.js";
import { argumentsOf, type MakeContext, type OperationExecutor } from "./operation-executor.js";
import type { CheckedOperation } from "./operation-guard.js";
import { OperationResponse } from "./operation-response.js";

/** The operation that Apollo Server executes. */
interface Current {
  readonly document: DocumentNode;
  readonly id: string;
}

/**
 * Runs queries and mutations in Apollo Server, which neither parses nor validates them again, and events in graphql-js.
 */
export class Apollo implements OperationExecutor {
  private constructor(
    private readonly schema: GraphQLSchema,
    private readonly server: ApolloServer,
    private readonly current: AsyncLocalStorage<Current>,
  ) {}

  static async start({ schema, limits, logger }: ApolloOptions): Promise<Apollo> {
    const current = new AsyncLocalStorage<Current>();
    const server = new ApolloServer({
      schema,
      logger,
      introspection: true,
      persistedQueries: false,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      // The pipeline takes documents from this store alone. One that it parsed itself has not been checked.
      documentStore: {
        get: () => Promise.resolve(current.getStore()?.document),
        set: () => Promise.resolve(),
        delete: () => Promise.resolve(false),
      },
      parseOptions: { maxTokens: limits.maxTokens },
      formatError: (formatted, error) => formatError(logger, formatted, error, current.getStore()?.id ?? randomUUID()),
      plugins: [
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginInlineTraceDisabled(),
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
      ],
    });
    await server.start();
    return new Apollo(schema, server, current);
  }

  async execute({ request, document }: CheckedOperation, context: MakeContext, id: string): Promise<OperationResponse> {
    const contextValue = context(null);
    const { query, operationName, variables } = request;
    const { body, http } = await this.current.run({ document, id }, () =>
      this.server.executeOperation(
        { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
        { contextValue },
      ),
    );
    if (body.kind !== "single") throw new Error("Apollo Server answered in pieces, which no schema of ours asks for.");
    const { errors, ...rest } = body.singleResult;
    return OperationResponse.of({ ...(errors && { errors }), ...rest }, http.status ?? 200);
  }

  async answerEvent(checked: CheckedOperation, context: MakeContext, event: unknown): Promise<ExecutionResult> {
    return execute({ ...argumentsOf(checked, this.schema, context(null)), rootValue: event });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}

interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  readonly logger: Logger;
}
