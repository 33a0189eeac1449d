import mongoose from "mongoose";
import { ulid } from "ulid";

const free: string[] = [];

/**
 * The name of an empty database for one test. On a MongoDB a later test of the same file gets it again: one of its own
 * for each would be 150 files more each time, and the files of a dropped one stay open for a while.
 */
export async function lendDatabase(): Promise<string> {
  const again = free.pop();
  const uri = process.env["MONGODB_URI"];
  if (!again || !uri) return `rocas_test_${ulid().toLowerCase()}`;
  const connection = await mongoose.createConnection(uri, { dbName: again }).asPromise();
  const collections = (await connection.db?.collections()) ?? [];
  await Promise.all(collections.map((collection) => collection.deleteMany({})));
  await connection.close();
  return again;
}

/** Nothing writes to it any more: the next test may have it. */
export const giveBack = (name: string): void => void free.push(name);
