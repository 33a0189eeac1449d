import { execFileSync } from "node:child_process";
import mongoose from "mongoose";

/**
 * The store's worker thread and the servers that tests start run from compiled output: vitest cannot load a worker from
 * a .ts file. Types are judged by `npm run check`.
 */
function compile(): void {
  const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--noCheck"];
  execFileSync(process.execPath, tsc, { stdio: "inherit" });
}

/**
 * Each test has a database of its own, and a MongoDB keeps the files of a dropped one open for five minutes: hundreds of
 * tests would reach its limit of open files.
 */
async function letDroppedFilesGo(uri: string): Promise<void> {
  const connection = await mongoose.createConnection(uri).asPromise();
  try {
    await connection.db?.admin().command({ setParameter: 1, minSnapshotHistoryWindowInSeconds: 0 });
  } catch {
    process.stderr.write("The MongoDB does not let dropped files go at once; it may run out of open files.\n");
  } finally {
    await connection.close();
  }
}

export default async function setUp(): Promise<void> {
  compile();
  if (process.env["MONGODB_URI"]) await letDroppedFilesGo(process.env["MONGODB_URI"]);
}
