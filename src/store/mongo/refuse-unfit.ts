import type { Connection } from "mongoose";
import { ObjectId } from "bson";
import { StoreRefused } from "../store-refused.js";

const LEAST_VERSION = 6;
const PROBE = "rocas_probe";
const UNAUTHORIZED = 13;

/** Asks the server whether it can carry Rocas. @throws StoreRefused with what to do where it cannot. */
export async function refuseUnfit(connection: Connection, where: string): Promise<void> {
  const database = connection.db!;
  const hello = await database.command({ hello: 1 });
  const { version } = await database.command({ buildInfo: 1 });
  if (Number.parseInt(String(version), 10) < LEAST_VERSION) {
    throw new StoreRefused(
      `The MongoDB at ${where} is version ${version}; Rocas needs ${LEAST_VERSION}.0 or newer. Upgrade it.`,
    );
  }
  if (typeof hello.setName !== "string") {
    throw new StoreRefused(
      `The MongoDB at ${where} is no replica set. Start mongod with --replSet rs0 and run rs.initiate() once; one member will do.`,
    );
  }
  await probeWrite(connection, where);
}

async function probeWrite(connection: Connection, where: string): Promise<void> {
  const probes = connection.db!.collection<{ _id: ObjectId }>(PROBE);
  const _id = new ObjectId();
  try {
    await probes.insertOne({ _id });
    await probes.deleteOne({ _id });
  } catch (error) {
    if ((error as { code?: number }).code !== UNAUTHORIZED) throw error;
    throw new StoreRefused(
      `The user of MONGODB_URI may not write to the database "${connection.name}" at ${where}. Give it the role readWrite there.`,
    );
  }
}
