import type { Connection } from "mongoose";
import { ObjectId } from "bson";
import { StoreRefused } from "../store-refused.js";
import { knownBad } from "./known-bad.js";

const LEAST_VERSION = 6;
const PATIENCE_MS = 5_000;
const UNAUTHORIZED = 13;
const NOT_REPLICATED = 64;

/**
 * Asks the server whether it can carry Rocas.
 * @returns what the operator should know of it. @throws StoreRefused with what to do if it cannot.
 */
export async function refuseUnfit(connection: Connection, where: string, refuseKnownBad: boolean): Promise<string[]> {
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
  const flaw = knownBad(String(version));
  if (flaw && refuseKnownBad) throw new StoreRefused(`The MongoDB at ${where} is known to be bad: ${flaw}.`);
  await probeWrite(connection, where);
  return flaw ? [`The MongoDB at ${where} is known to be bad: ${flaw}.`] : [];
}

/** An update that matches nothing needs the right to write and an acknowledging majority, and leaves nothing behind. */
async function probeWrite(connection: Connection, where: string): Promise<void> {
  const probes = connection.db!.collection<{ _id: ObjectId }>("rocas_probe");
  const writeConcern = { w: "majority", journal: true, wtimeoutMS: PATIENCE_MS } as const;
  try {
    await probes.updateOne({ _id: new ObjectId() }, { $set: { probed: true } } as object, { writeConcern });
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === UNAUTHORIZED) {
      throw new StoreRefused(
        `The user of MONGODB_URI may not write to the database "${connection.name}" at ${where}. Give it the role readWrite there.`,
      );
    }
    if (code === NOT_REPLICATED) {
      throw new StoreRefused(
        `A majority of the replica set at ${where} does not acknowledge writes. See rs.status() for members that are down.`,
      );
    }
    throw error;
  }
}
