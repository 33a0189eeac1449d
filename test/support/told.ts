import type { GraphQLError } from "graphql";
import { publicErrorOf } from "../../src/http/format-error.js";

/** The answer as a client reads it: through JSON. */
export interface Answer {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read what they asked for
  readonly data: any;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: unknown;
    readonly extensions: Record<string, unknown>;
  }[];
}

/** An error as clients get it. */
export function told(error: GraphQLError) {
  const { code, message, path } = publicErrorOf(error);
  return { message, path: error.path, extensions: { code, path } };
}
