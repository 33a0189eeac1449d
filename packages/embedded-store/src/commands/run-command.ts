import { Long } from "bson";
import { ElementType } from "../bson/value.js";
import { CommandError, notImplemented } from "../errors/command-error.js";
import { LARGEST_DOCUMENT } from "../update/update-document.js";
import { aggregate } from "./aggregate-command.js";
import { collStats, create, drop, dropDatabase, listCollections, listDatabases } from "./collection-commands.js";
import { count, distinct, explain, find } from "./find-command.js";
import { createIndexes, dropIndexes, listIndexes } from "./index-commands.js";
import {
  type Command,
  errorReply,
  noTransactions,
  plainReply,
  reply,
  type Request,
  type StoreState,
} from "./request.js";
import { findAndModify, update } from "./update-commands.js";
import { insert, MOST_STATEMENTS, remove } from "./write-commands.js";

export const LARGEST_MESSAGE = 48_000_000;
const VERSION = "6.0.0";
const WIRE_VERSION = 17;

/** A standalone of MongoDB 6.0: so the driver sends neither transactions nor retries. */
const describeServer = (): object => ({
  ismaster: true,
  isWritablePrimary: true,
  helloOk: true,
  maxBsonObjectSize: LARGEST_DOCUMENT,
  maxMessageSizeBytes: LARGEST_MESSAGE,
  maxWriteBatchSize: MOST_STATEMENTS,
  localTime: new Date(),
  logicalSessionTimeoutMinutes: 30,
  connectionId: 1,
  minWireVersion: 0,
  maxWireVersion: WIRE_VERSION,
  readOnly: false,
});

const hello: Command = () => plainReply(describeServer());

const ping: Command = () => reply();

const buildInfo: Command = () =>
  plainReply({
    version: VERSION,
    versionArray: VERSION.split(".").map(Number).concat(0),
    gitVersion: "embedded",
    modules: ["rocas-embedded-store"],
    bits: 64,
    debug: false,
    maxBsonObjectSize: LARGEST_DOCUMENT,
    storageEngines: ["lmdb"],
  });

const started = Date.now();

const serverStatus: Command = (_, { cursors, streams }) =>
  plainReply({
    host: "embedded",
    version: VERSION,
    process: "rocas-embedded-store",
    pid: Long.fromNumber(process.pid),
    uptime: (Date.now() - started) / 1000,
    localTime: new Date(),
    metrics: { cursor: { open: { noTimeout: 0, pinned: streams.busyCount, total: cursors.count + streams.count } } },
  });

const refuseTransaction: Command = () => {
  throw noTransactions();
};

const KNOWN_ELSEWHERE = new Set(
  "mapReduce validate collMod collStats dbStats renameCollection compact convertToCapped reIndex currentOp killOp bulkWrite getParameter setParameter connectionStatus top getLog dataSize planCacheClear saslStart saslContinue authenticate logout createUser usersInfo fsync shutdown replSetGetStatus geoNear clone".split(
    " ",
  ),
);

const unknownCommand = (name: string): CommandError =>
  KNOWN_ELSEWHERE.has(name)
    ? notImplemented(`the command ${name}`)
    : new CommandError("CommandNotFound", `no such command: '${name}'`);

/** The time for which MongoDB waits if the client does not say. */
const WAIT_MS = 1000;

const getMore: Command = (request, { cursors, streams }) => {
  request.allow("collection", "batchSize");
  const id = request.fields.get("getMore")!;
  if (id.type !== ElementType.INT64) throw new CommandError("TypeMismatch", "Field 'getMore' must be of type long");
  const cursor = id.bytes.readBigInt64LE(id.start);
  const namespace = `${request.database}.${request.text("collection")}`;
  const batchSize = request.number("batchSize") || undefined;
  if (!streams.has(cursor)) return cursors.more(cursor, namespace, batchSize, request.deadline);
  const waitMs = request.number("maxTimeMS") ?? WAIT_MS;
  return streams.more(cursor, namespace, batchSize ?? Infinity, waitMs, request.client);
};

const killCursors: Command = (request, { cursors, streams }) => {
  request.allow("cursors");
  const ids = request.list("cursors").map((id) => id.bytes.readBigInt64LE(id.start));
  const killed = ids.filter((id) => streams.kill(id) || cursors.kill(id));
  const lists = {
    cursorsKilled: killed,
    cursorsNotFound: ids.filter((id) => !killed.includes(id)),
    cursorsAlive: [],
    cursorsUnknown: [],
  };
  return reply((writer) => {
    for (const [name, list] of Object.entries(lists)) {
      const begun = writer.beginField(ElementType.ARRAY, name);
      list.forEach((id, at) => writer.int64(String(at), id));
      writer.end(begun);
    }
  });
};

const COMMANDS: Readonly<Record<string, Command>> = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  serverStatus,
  endSessions: ping,
  killSessions: ping,
  refreshSessions: ping,
  startSession: ping,
  find,
  getMore,
  killCursors,
  insert,
  update,
  delete: remove,
  findAndModify,
  findandmodify: findAndModify,
  count,
  distinct,
  aggregate,
  explain,
  create,
  drop,
  dropDatabase,
  listCollections,
  collStats,
  listDatabases,
  createIndexes,
  dropIndexes,
  deleteIndexes: dropIndexes,
  listIndexes,
  commitTransaction: refuseTransaction,
  abortTransaction: refuseTransaction,
};

/** The reply to a command; a failure is a reply too. @param onFault told of what should never happen. */
export async function runCommand(
  request: Request,
  state: StoreState,
  onFault: (error: unknown) => void,
): Promise<Buffer> {
  try {
    if (request.fields.has("autocommit") || request.fields.has("startTransaction"))
      return await refuseTransaction(request, state);
    const command = Object.hasOwn(COMMANDS, request.name) ? COMMANDS[request.name] : undefined;
    if (!command) throw unknownCommand(request.name);
    return await command(request, state);
  } catch (error) {
    if (error instanceof CommandError) return errorReply(error);
    onFault(error);
    return errorReply(
      new CommandError(
        "InternalError",
        `The embedded store failed: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
}
