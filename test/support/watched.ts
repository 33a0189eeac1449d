import { graphql, type GraphQLArgs, type GraphQLSchema } from "graphql";
import mongoose, { type mongo } from "mongoose";
import type { App } from "../../src/app.js";
import { requestContext } from "../../src/request-context.js";
import { openStore } from "../../src/store/open-store.js";
import type { Answer } from "./open-test-app.js";

export type Watched = Answer & { readonly commands: readonly string[] };

/**
 * Runs a query over a connection of its own and notes the commands that the driver sends there: those of the work that
 * goes on meanwhile are not among them.
 */
export async function watched(
  app: App,
  schema: GraphQLSchema,
  query: Pick<GraphQLArgs, "source" | "variableValues">,
): Promise<Watched> {
  const { connection } = app.store;
  const instance = new mongoose.Mongoose({ sanitizeFilter: true, strictQuery: "throw", autoIndex: false });
  const own = await instance
    .createConnection(uriOf(connection.getClient()), {
      dbName: connection.name,
      monitorCommands: true,
      autoIndex: false,
      autoCreate: false,
    })
    .asPromise();
  const store = await openStore(own, () => app.store.now());
  const commands: string[] = [];
  own.getClient().on("commandStarted", ({ commandName, command }: mongo.CommandStartedEvent) => {
    if (commandName !== "endSessions") commands.push(`${commandName} ${String(command[commandName])}`);
  });
  const contextValue = requestContext({ ...app, store }, { name: "local" });
  const answer = JSON.parse(JSON.stringify(await graphql({ schema, contextValue, ...query }))) as Answer;
  await own.close();
  return { ...answer, commands };
}

const uriOf = (client: object): string => (client as { s: { url: string } }).s.url;
