import { execFileSync } from "node:child_process";
import mongoose, { type Connection } from "mongoose";
import { beginRun, isOver } from "./database-name.js";

/**
 * The store's worker thread and the servers that tests start run from compiled output: vitest cannot load a worker from
 * a .ts file. Types are judged by `npm run check`.
 */
function compile(): void {
  const tsc = ["node_modules/typescript/bin/tsc", "-b", "tsconfig.build.json", "--noCheck"];
  execFileSync(process.execPath, tsc, { stdio: "inherit" });
}

/** The files of a dropped database stay open for minutes unless a MongoDB is told otherwise; its limit would be reached. */
async function letDroppedFilesGo({ db }: Connection): Promise<void> {
  try {
    await db?.admin().command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 0, syncdelay: 5 });
  } catch {
    process.stderr.write("The MongoDB does not let dropped files go at once; it may run out of open files.\n");
  }
}

/** Several runs may share a MongoDB. */
async function dropTestDatabases(connection: Connection): Promise<void> {
  const { databases } = (await connection.db?.admin().listDatabases({ nameOnly: true })) ?? { databases: [] };
  for (const { name } of databases) if (isOver(name)) await connection.useDb(name).dropDatabase();
}

/** A MongoDB that has gone is waited for less long than the test runner waits for the end: 10 s. */
const GIVE_UP = { serverSelectionTimeoutMS: 5_000 };

/** @returns what is to be done after the last test. */
export default async function setUp(): Promise<() => Promise<void>> {
  compile();
  beginRun();
  const uri = process.env["MONGODB_URI"];
  if (!uri) return async () => undefined;
  const connection = await mongoose.createConnection(uri, GIVE_UP).asPromise();
  await letDroppedFilesGo(connection);
  return async () => {
    try {
      await dropTestDatabases(connection);
    } finally {
      await connection.close();
    }
  };
}
