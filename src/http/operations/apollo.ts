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
import type { DocumentNode, FormattedExecutionResult, GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import { formatError } from "../format-error.js";
import type { Limits } from "../limits/limits.js";
import type { CheckedOperation } from "./operation-guard.js";

export interface OperationResponse {
  /** The HTTP status. */
  readonly status: number;
  readonly result: FormattedExecutionResult;
}

/** The operation that Apollo Server executes. */
interface Current {
  readonly document: DocumentNode;
  readonly id: string;
}

/** Runs queries and mutations in Apollo Server, which neither parses nor validates them again. */
export class Apollo {
  private constructor(
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
    return new Apollo(server, current);
  }

  /** @param id the id of the operation in errors and in the log */
  async execute({ request, document }: CheckedOperation, contextValue: object, id: string): Promise<OperationResponse> {
    const { query, operationName, variables } = request;
    const { body, http } = await this.current.run({ document, id }, () =>
      this.server.executeOperation(
        { query, operationName: operationName ?? undefined, variables: variables ?? undefined },
        { contextValue },
      ),
    );
    if (body.kind !== "single") throw new Error("Apollo Server answered in pieces, which no schema of ours asks for.");
    const { errors, ...rest } = body.singleResult;
    return { status: http.status ?? 200, result: { ...(errors && { errors }), ...rest } };
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
