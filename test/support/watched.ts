import { graphql, type GraphQLArgs, type GraphQLSchema } from "graphql";
import mongoose, { type mongo } from "mongoose";
import type { App } from "../../src/app.js";
import type { AnyRecord } from "../../src/graph/stored-record.js";
import { Relay } from "../../src/jobs/relay.js";
import { OUTBOX_HANDLERS } from "../../src/open-app.js";
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
  ask(query: Query): Promise<Watched>;
  /** Asks all at once. */
  askAll(
    queries: readonly Query[],
  ): Promise<{ readonly answers: readonly Answer[]; readonly commands: readonly string[] }>;
}

type Query = Pick<GraphQLArgs, "source" | "variableValues">;

/**
 * Opens a connection of its own and notes the commands that the driver sends there: those of the work that goes on
 * meanwhile are not among them.
 * @param relays true if mutations relay their changes over that connection, too. The removal of relayed entries is
 *   not noted: it comes a moment later.
 */
export async function openWatch(app: App, schema: GraphQLSchema, { relays = false } = {}): Promise<Watch> {
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
    if (commandName !== "endSessions" && !isClearing(command))
      sent.push({ [commandName]: command[commandName], ...command });
  });
  const relay = async (record: string | AnyRecord) => void (await outboxes.relay(record));
  const watched: App = { ...app, store, ...(relays && { work: { ...app.work, relay } }) };
  const outboxes = new Relay(watched, OUTBOX_HANDLERS);
  const commands = () => sent.map((command) => `${Object.keys(command)[0]} ${String(Object.values(command)[0])}`);
  const answerTo = async (query: Query) => {
    const contextValue = requestContext(watched, { name: "local" });
    const { data, errors } = await graphql({ schema, contextValue, ...query });
    return JSON.parse(JSON.stringify({ data, errors: errors?.map(told) })) as Answer;
  };
  const askAll = async (queries: readonly Query[]) => {
    await outboxes.flush();
    sent = [];
    const answers = await Promise.all(queries.map(answerTo));
    return { answers, commands: commands() };
  };
  return {
    app: watched,
    commands,
    askAll,
    async ask(query) {
      const { answers, commands } = await askAll([query]);
      return { ...answers[0]!, commands, sent };
    },
    async [Symbol.asyncDispose]() {
      await own.close();
    },
  };
}

/** True of the removal of relayed entries from outboxes. */
const isClearing = ({ updates }: mongo.Document): boolean =>
  Array.isArray(updates) && updates.every((each: mongo.Document) => each["u"]?.$pull?.outbox !== undefined);

const uriOf = (client: object): string => (client as { s: { url: string } }).s.url;
