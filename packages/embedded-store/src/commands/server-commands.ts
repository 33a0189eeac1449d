import { Long } from "bson";
import { CommandError, notImplemented } from "../command-error.js";
import { plainReply, reply } from "./reply.js";
import { noTransactions } from "./request.js";
import type { Command } from "./store-state.js";
import { LARGEST_DOCUMENT } from "../update/update-document.js";
import { MOST_STATEMENTS } from "./write-errors.js";

export const LARGEST_MESSAGE = 48_000_000;
/** What this store says it is: a standalone, so that the driver sends neither transactions nor retries. */
const VERSION = "6.0.0";
const WIRE_VERSION = 17;

export const describeServer = (): object => ({
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

export const hello: Command = () => plainReply(describeServer());

export const ping: Command = () => reply();

export const buildInfo: Command = () =>
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

export const serverStatus: Command = (_, { cursors, streams }) =>
  plainReply({
    host: "embedded",
    version: VERSION,
    process: "rocas-embedded-store",
    pid: Long.fromNumber(process.pid),
    uptime: (Date.now() - started) / 1000,
    localTime: new Date(),
    metrics: { cursor: { open: { noTimeout: 0, pinned: streams.busyCount, total: cursors.count + streams.count } } },
  });

export const refuseTransaction: Command = () => {
  throw noTransactions();
};

const KNOWN_ELSEWHERE = new Set(
  "mapReduce validate collMod collStats dbStats renameCollection compact convertToCapped reIndex currentOp killOp bulkWrite getParameter setParameter connectionStatus top getLog dataSize planCacheClear saslStart saslContinue authenticate logout createUser usersInfo fsync shutdown replSetGetStatus geoNear clone".split(
    " ",
  ),
);

export const unknownCommand = (name: string): CommandError =>
  KNOWN_ELSEWHERE.has(name)
    ? notImplemented(`the command ${name}`)
    : new CommandError("CommandNotFound", `no such command: '${name}'`);
