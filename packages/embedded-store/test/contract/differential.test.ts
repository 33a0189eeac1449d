import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { mongo } from "mongoose";
import { differences } from "../support/differences.js";
import { openStore } from "../support/open-store.js";
import { openTempFolder } from "../support/temp-folder.js";

const mongodbUri = process.env.MONGODB_URI;
const first = Number(process.env.ROCAS_TEST_SEED ?? 1);
const seeds = Array.from({ length: Number(process.env.ROCAS_TEST_SEEDS ?? 40) }, (_, at) => first + at);

async function connected(uri: string) {
  const client = await new mongo.MongoClient(uri).connect();
  return { client, [Symbol.asyncDispose]: () => client.close() };
}

test.skipIf(!mongodbUri)(
  "the embedded store answers random questions as MongoDB does (needs MONGODB_URI)",
  async () => {
    await using folder = await openTempFolder();
    await using embedded = await openStore(folder.path);
    await using real = await connected(mongodbUri!);
    const found: string[] = [];
    for (const seed of seeds) {
      const name = `rocas_differential_${randomUUID().slice(0, 8)}`;
      const [ours, theirs] = [embedded, real].map(({ client }) => client.db(name));
      found.push(...(await differences(ours!, theirs!, seed)).map((each) => `seed ${seed}: ${each}`));
      await Promise.all([ours!.dropDatabase(), theirs!.dropDatabase()]);
    }
    expect(found).toEqual([]);
  },
  600_000,
);
