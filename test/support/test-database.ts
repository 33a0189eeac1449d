import mongoose from "mongoose";
import { afterAll } from "vitest";
import { newDatabaseName } from "./database-name.js";

const free: string[] = [];

/**
 * The name of an empty database for one test. On a MongoDB a later test of the same file gets it again: one of its own
 * for each would be 150 files more each time, and the files of a dropped one stay open for a while.
 */
export async function lendDatabase(): Promise<string> {
  const again = free.pop();
  const uri = process.env["MONGODB_URI"];
  if (!again || !uri) return newDatabaseName();
  await using server = await connected(uri);
  const collections = (await server.connection.useDb(again).db?.collections()) ?? [];
  await Promise.all(collections.map((collection) => collection.deleteMany({})));
  return again;
}

/** Nothing writes to it any more: the next test may have it. */
export const giveBack = (name: string): void => void free.push(name);

async function connected(uri: string) {
  const connection = await mongoose.createConnection(uri, { serverSelectionTimeoutMS: 5_000 }).asPromise();
  return { connection, [Symbol.asyncDispose]: () => connection.close() };
}

// A MongoDB that runs out of open files ends itself: 120 databases of test files have been too many for 20,000.
afterAll(async () => {
  const uri = process.env["MONGODB_URI"];
  if (!uri || free.length === 0) return;
  await using server = await connected(uri);
  for (const name of free.splice(0)) await server.connection.useDb(name).dropDatabase();
});
