import { randomUUID } from "node:crypto";
import mongoose from "mongoose";

/** A connection to a database of its own, dropped at the end. */
export async function openTestDatabase() {
  const connection = await mongoose
    .createConnection(process.env.MONGODB_URI!, { dbName: `test-${randomUUID()}` })
    .asPromise();
  return {
    connection,
    async [Symbol.asyncDispose]() {
      await connection.dropDatabase();
      await connection.close();
    },
  };
}
