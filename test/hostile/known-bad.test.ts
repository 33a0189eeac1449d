import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "mongoose";
import { expect, test } from "vitest";
import { openConnection } from "../../src/open-connection.js";
import { knownFault } from "../../src/store/mongo/refuse-unfit.js";

const uri = process.env["MONGODB_URI"];

async function versionOf(address: string): Promise<string> {
  await using client = await new mongo.MongoClient(address).connect();
  return String((await client.db("admin").command({ buildInfo: 1 }))["version"]);
}

/** A server that runs here is of one release only: what is to be said of it is judged by that. */
test.skipIf(!uri)(
  "a MongoDB of a release with a hole is warned of, or refused where the operator wants it",
  async () => {
    const flaw = knownFault(await versionOf(uri!));
    const opened = await openConnection({ mongodbUri: uri, dataFolder: "unused" });
    await opened[Symbol.asyncDispose]();
    expect(opened.warnings).toEqual(flaw ? [expect.stringContaining(flaw)] : []);

    const refusal = await openConnection({ mongodbUri: uri, dataFolder: "unused", refuseKnownBad: true }).then(
      async (connected) => (await connected[Symbol.asyncDispose](), null),
      (error: Error) => error.message,
    );
    expect(refusal).toEqual(flaw ? expect.stringContaining(flaw) : null);
  },
);

test("of the embedded store there is nothing to warn", async () => {
  const dataFolder = await mkdtemp(join(tmpdir(), "rocas-known-"));
  const opened = await openConnection({ dataFolder, refuseKnownBad: true });
  await opened[Symbol.asyncDispose]();
  await rm(dataFolder, { recursive: true, force: true });
  expect(opened.warnings).toEqual([]);
});
