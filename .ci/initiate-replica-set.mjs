// Makes a mongod that was just started a replica set of one, and prints its URI once it takes writes.
import { setTimeout as delay } from "node:timers/promises";
import mongoose from "mongoose";

const { MongoClient } = mongoose.mongo;
const ALREADY_INITIALIZED = 23;
const MOST_WAIT_MS = 60_000;

const [host] = process.argv.slice(2);
const client = new MongoClient(`mongodb://${host}/?directConnection=true`, { serverSelectionTimeoutMS: MOST_WAIT_MS });
const admin = client.db("admin");
try {
  await admin.command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } }).catch((error) => {
    if (error.code !== ALREADY_INITIALIZED) throw error;
  });
  const end = Date.now() + MOST_WAIT_MS;
  while (!(await admin.command({ hello: 1 })).isWritablePrimary) {
    if (Date.now() > end) throw new Error(`The MongoDB at ${host} has no primary after a minute: see its log.`);
    await delay(200);
  }
} finally {
  await client.close();
}
console.log(`mongodb://${host}/rocas?replicaSet=rs0`);
