import { graphql, type GraphQLArgs, type GraphQLSchema } from "graphql";
import mongoose, { type mongo } from "mongoose";
import type { App } from "../../src/app.js";
import { requestContext } from "../../src/request-context.js";
import { openStore } from "../../src/open-store.js";
import { type Answer, told } from "./told.js";

export type Watched = Answer & {
  /** As `find deployments`. */
  readonly commands: readonly string[];
  /** The same, whole. */
  readonly sent: readonly mongo.Document[];
};

/** Asks over a connection of its own. */
export interface Watch extends AsyncDisposable {
  /** The app over the watched connection. */
  readonly app: App;
  /** The commands since the last question, as `find deployments`. */
  commands(): readonly string[];
  ask(query: Pick<GraphQLArgs, "source" | "variableValues">): Promise<Watched>;
}

/**
 * Opens a connection of its own and notes the commands that the driver sends there: those of the work that goes on
 * meanwhile are not among them.
 */
export async function openWatch(app: App, schema: GraphQLSchema): Promise<Watch> {
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
  let sent: mongo.Document[] = [];
  own.getClient().on("commandStarted", ({ commandName, command }: mongo.CommandStartedEvent) => {
    if (commandName !== "endSessions") sent.push({ [commandName]: command[commandName], ...command });
  });
  const watched = { ...app, store };
  const commands = () => sent.map((command) => `${Object.keys(command)[0]} ${String(Object.values(command)[0])}`);
  return {
    app: watched,
    commands,
    async ask(query) {
      sent = [];
      const contextValue = requestContext(watched, { name: "local" });
      const { data, errors } = await graphql({ schema, contextValue, ...query });
      const answer = JSON.parse(JSON.stringify({ data, errors: errors?.map(told) })) as Answer;
      return { ...answer, commands: commands(), sent };
    },
    async [Symbol.asyncDispose]() {
      await own.close();
    },
  };
}

const uriOf = (client: object): string => (client as { s: { url: string } }).s.url;
