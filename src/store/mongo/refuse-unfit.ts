import { ObjectId } from "bson";
import type { Connection } from "mongoose";
import { StoreRefused } from "../store-errors.js";

const MIN_VERSION = 6;
const PATIENCE_MS = 5_000;
const UNAUTHORIZED = 13;
const NOT_REPLICATED = 64;

/**
 * Checks that the server is fit for Rocas.
 * @returns warnings for the operator.
 * @throws StoreRefused if it is not fit; the message says what to do.
 */
export async function refuseUnfit(
  connection: Connection,
  shownAddress: string,
  refuseKnownBad: boolean,
): Promise<string[]> {
  const database = connection.db!;
  const hello = await database.command({ hello: 1 });
  const { version } = await database.command({ buildInfo: 1 });
  if (Number.parseInt(String(version), 10) < MIN_VERSION) {
    throw new StoreRefused(
      `The MongoDB at ${shownAddress} is version ${version}; Rocas needs ${MIN_VERSION}.0 or newer. Upgrade it.`,
    );
  }
  if (typeof hello.setName !== "string") {
    throw new StoreRefused(
      `The MongoDB at ${shownAddress} is no replica set. Start mongod with --replSet rs0 and run rs.initiate() once; one member will do.`,
    );
  }
  const fault = knownFault(String(version));
  if (fault && refuseKnownBad) throw new StoreRefused(`The MongoDB at ${shownAddress} is known to be bad: ${fault}.`);
  await probeWrite(connection, shownAddress);
  return fault ? [`The MongoDB at ${shownAddress} is known to be bad: ${fault}.`] : [];
}

/** Sends an update that matches nothing. It needs the right to write and a majority, and changes nothing. */
async function probeWrite(connection: Connection, shownAddress: string): Promise<void> {
  const probes = connection.db!.collection<{ _id: ObjectId }>("rocas_probe");
  const writeConcern = { w: "majority", journal: true, wtimeoutMS: PATIENCE_MS } as const;
  try {
    await probes.updateOne({ _id: new ObjectId() }, { $set: { probed: true } } as object, { writeConcern });
  } catch (error) {
    const { code } = error as { code?: number };
    if (code === UNAUTHORIZED) {
      throw new StoreRefused(
        `The user of MONGODB_URI may not write to the database "${connection.name}" at ${shownAddress}. Give it the role readWrite there.`,
      );
    }
    if (code === NOT_REPLICATED) {
      throw new StoreRefused(
        `A majority of the replica set at ${shownAddress} does not acknowledge writes. See rs.status() for members that are down.`,
      );
    }
    throw error;
  }
}

/**
 * The first release of each line with the fix of CVE-2025-14847. Other lines were never fixed or never had the fault.
 */
const FIXED: Readonly<Record<string, number>> = { "6.0": 27, "7.0": 28, "8.0": 17, "8.2": 3 };
const FIRST_SOUND = [8, 2] as const;

/** Returns the fault of a release and its remedy, or null. */
export function knownFault(version: string): string | null {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map((part) => Number.parseInt(part, 10));
  const line = `${major}.${minor}`;
  const fixed = FIXED[line];
  const isBad =
    fixed === undefined
      ? major < FIRST_SOUND[0] || (major === FIRST_SOUND[0] && minor < FIRST_SOUND[1])
      : patch < fixed;
  if (!isBad) return null;
  const upgrade = fixed === undefined ? "a line that is maintained" : `${line}.${fixed} or newer`;
  return `version ${version} shows what is in its memory to whoever reaches its port (CVE-2025-14847): upgrade it to ${upgrade}`;
}
